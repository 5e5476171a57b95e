/**
 * Say where a key leads in the corner table. Pure: rows and columns in, a place or a wish out.
 *
 * @typedef {{row: number, column: number}} Cell
 */

/**
 * @param {string} key as the browser names it
 * @param {Cell} cell where the caret is @param {{rows: number, columns: number}} size
 * @param {{atStart: boolean, atEnd: boolean}} caret whether the caret is at an end of the text
 * @returns {{move: Cell}|{wish: "add-row"}|null} null: the key keeps its usual meaning
 */
export function tableKey(key, cell, size, caret = { atStart: false, atEnd: false }) {
  const to = (row, column) => ({ move: { row, column } });
  const isFirst = cell.column === 0 && cell.row === 0;
  const isLast = cell.column === size.columns - 1 && cell.row === size.rows - 1;
  switch (key) {
    case "ArrowUp":
      return cell.row > 0 ? to(cell.row - 1, cell.column) : null;
    case "ArrowDown":
      return cell.row < size.rows - 1 ? to(cell.row + 1, cell.column) : null;
    case "ArrowLeft":
      if (!caret.atStart || isFirst) return null;
      return cell.column ? to(cell.row, cell.column - 1) : to(cell.row - 1, size.columns - 1);
    case "ArrowRight":
      if (!caret.atEnd || isLast) return null;
      return cell.column < size.columns - 1
        ? to(cell.row, cell.column + 1)
        : to(cell.row + 1, 0);
    case "Enter":
      return cell.row < size.rows - 1 ? to(cell.row + 1, cell.column) : { wish: "add-row" };
    default:
      return null;
  }
}
