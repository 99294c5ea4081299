const FRAME_MS_KEPT = 120_000;

/**
 * Prints a PDF. Where the browser can show one, it is printed from a frame that nobody sees;
 * elsewhere it is handed over as a file to open.
 */
export function printDocument(pdf: Blob): void {
  const address = URL.createObjectURL(pdf);
  if (navigator.pdfViewerEnabled) printFromFrame(address);
  else openApart(address);
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, FRAME_MS_KEPT);
}

function printFromFrame(address: string): void {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'PDF';
  frame.addEventListener('load', () => {
    try {
      frame.contentWindow?.focus();
      frame.contentWindow?.print();
    } catch {
      openApart(address);
    }
  });
  frame.src = address;
  document.body.append(frame);
  setTimeout(() => {
    frame.remove();
  }, FRAME_MS_KEPT);
}

function openApart(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.target = '_blank';
  link.rel = 'noopener';
  link.click();
}

/** Gives a file to the browser, which lays it where its user wants such files. */
export function handOver(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, FRAME_MS_KEPT);
}
