import { render } from 'preact';
import { App } from './app';
import './styles/page.css';

const place = document.querySelector('#app');
if (place) render(<App />, place);
