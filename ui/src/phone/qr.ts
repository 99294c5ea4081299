import qrcode from 'qrcode-generator';

/** Rows of 0 and 1. The text has only signs of the alphanumeric mode, which holds it most tightly. */
export function qrRows(text: string): string[] {
  // 0: as large as it must be.
  const code = qrcode(0, 'M');
  code.addData(text, 'Alphanumeric');
  code.make();
  const side = Array.from({ length: code.getModuleCount() }, (_, index) => index);
  return side.map((row) => side.map((column) => (code.isDark(row, column) ? '1' : '0')).join(''));
}
