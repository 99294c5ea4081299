import qrcode from 'qrcode-generator';

/** Rows of 0 and 1. A form's text has only signs of the alphanumeric mode, which holds it most tightly; an address needs bytes. */
export function qrRows(text: string, mode: 'Alphanumeric' | 'Byte' = 'Alphanumeric'): string[] {
  // 0: as large as it must be.
  const code = qrcode(0, 'M');
  code.addData(text, mode);
  code.make();
  const side = Array.from({ length: code.getModuleCount() }, (_, index) => index);
  return side.map((row) => side.map((column) => (code.isDark(row, column) ? '1' : '0')).join(''));
}
