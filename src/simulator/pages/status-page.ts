/** The public status page's answer (Atlassian Statuspage, summary.json). */
export function statusSummary(incident: string | null, now: number): unknown {
  const updated_at = new Date(now).toISOString();
  const page_id = 'practice-page';
  const component = (id: string, name: string, status: string) => ({
    id,
    name,
    status,
    page_id,
    group: false,
    created_at: '2024-10-01T00:00:00.000Z',
    updated_at,
  });
  return {
    page: {
      id: page_id,
      name: 'Runway (simulated)',
      url: 'http://localhost',
      time_zone: 'Etc/UTC',
      updated_at,
    },
    components: [
      component('practice-webapp', 'Web app', 'operational'),
      component('w3jcq3dwljp4', 'Public API', incident === null ? 'operational' : 'major_outage'),
    ],
    incidents:
      incident === null
        ? []
        : [
            {
              id: 'practice-incident',
              name: incident,
              status: 'investigating',
              impact: 'major',
              page_id,
              created_at: updated_at,
              updated_at,
              shortlink: 'http://localhost/incident',
              incident_updates: [],
              components: [component('w3jcq3dwljp4', 'Public API', 'major_outage')],
            },
          ],
    scheduled_maintenances: [],
    status:
      incident === null
        ? { indicator: 'none', description: 'All Systems Operational' }
        : { indicator: 'major', description: 'Partial System Outage' },
  };
}
