// Finds titles in the list loaded beside it; works from a folder, without a server.
(() => {
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const rows = window.TITLES.map((cells) => ({ cells, text: plain(cells.slice(0, 5).join(" ")) }));
  const input = document.getElementById("search");
  const body = document.querySelector("#list tbody");
  const found = document.getElementById("found");
  const MOST = 200;

  function line(cells) {
    const row = document.createElement("tr");
    cells.slice(0, 5).forEach((text, column) => {
      const cell = row.insertCell();
      if (column > 0) {
        cell.textContent = text;
        return;
      }
      const link = document.createElement("a");
      link.href = cells[5];
      link.textContent = text;
      cell.append(link);
    });
    return row;
  }

  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const hits = rows.filter((row) => words.every((word) => row.text.includes(word)));
    found.textContent = String(hits.length);
    body.replaceChildren(...hits.slice(0, MOST).map((hit) => line(hit.cells)));
  });
})();
