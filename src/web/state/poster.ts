/** The first frame of a video as a small picture, drawn in the browser. Few at a time, and each one once. */
import { Turns } from './turns';

const WIDTH = 360;
const AT_ONCE = 2;
/** A browser that cannot play the file may never say so. */
const PATIENCE_MS = 15_000;

const drawn = new Map<string, Promise<string | undefined>>();
/** After a long scroll many posters that are off screen wait: visible ones come first. */
const turns = new Turns<string>(AT_ONCE);

/**
 * @param place where it will be shown.
 * @returns the address of the picture; undefined where this browser cannot show the video.
 */
export function posterOf(sha256: string, videoUrl: string, place: Element): Promise<string | undefined> {
  const distance = () => distanceOf(place);
  const known = drawn.get(sha256);
  if (known) {
    turns.move(sha256, distance);
    return known;
  }
  const poster = turns.take(sha256, distance, () => draw(videoUrl)).catch(() => undefined);
  drawn.set(sha256, poster);
  return poster;
}

/** @returns pixels between it and the screen; 0 if visible. */
function distanceOf(place: Element): number {
  if (!place.isConnected) return Infinity;
  const { top, bottom } = place.getBoundingClientRect();
  return Math.max(0, top - innerHeight, -bottom);
}

async function draw(url: string): Promise<string | undefined> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.preload = 'metadata';
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no frame in time')), PATIENCE_MS);
      video.onloadeddata = () => (clearTimeout(late), resolve());
      video.onerror = () => (clearTimeout(late), reject(new Error('this browser cannot play it')));
      // The time makes a browser load that frame, and not the whole file.
      video.src = `${url}#t=0.01`;
    });
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
    return blob ? URL.createObjectURL(blob) : undefined;
  } finally {
    // Without this the browser goes on loading the rest.
    video.removeAttribute('src');
    video.load();
  }
}
