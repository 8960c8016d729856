// Entry of the workflow bundle: exactly the workflow types.
export { generateReel } from './generate-reel';
