'use strict';

/** Where programs are. Debian's servers are not on everybody's PATH, and each of its PostgreSQLs has a folder of its own. */
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

const POSTGRES = '/usr/lib/postgresql';

const postgresFolders = () =>
  existsSync(POSTGRES)
    ? readdirSync(POSTGRES)
        .sort((one, other) => Number(other) - Number(one))
        .map((version) => path.join(POSTGRES, version, 'bin'))
    : [];

const onPath = () => (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');

const inFolders = (folders, name) =>
  folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));

/** @returns {string | undefined} */
const findProgram = (name) => inFolders([...onPath(), '/usr/sbin', ...postgresFolders()], name);

/**
 * A program of PostgreSQL's, the newest one first: what Debian has on PATH in their place are scripts of its own.
 *
 * @returns {string | undefined}
 */
const findPostgres = (name) => inFolders([...postgresFolders(), ...onPath()], name);

module.exports = { findProgram, findPostgres };
