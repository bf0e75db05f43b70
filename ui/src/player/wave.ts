/** The waveform: how loud a take is, a column the loudest under it, drawn from the middle both ways. */

/** Columns of 0–1 over bytes of 0–255; a click must show however narrow the strip is. */
export function loudness(peaks: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * peaks.length) / count);
    const to = Math.max(from + 1, Math.ceil(((column + 1) * peaks.length) / count));
    let most = 0;
    for (let at = from; at < to; at++) most = Math.max(most, peaks[at] ?? 0);
    return most / 255;
  });
}

export function paintWave(canvas: HTMLCanvasElement, peaks: Uint8Array, width_px: number, height_px: number): void {
  const density = globalThis.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width_px * density));
  canvas.height = Math.max(1, Math.round(height_px * density));
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = "#8c8c8c";
  loudness(peaks, canvas.width).forEach((share, x) => {
    // the square root is nearer to how loud it sounds than the sample is
    const height = Math.max(density, Math.round(Math.sqrt(share) * canvas.height));
    pen.fillRect(x, (canvas.height - height) / 2, 1, height);
  });
}
