const filter = document.getElementById("filter");
const rows = [...document.querySelectorAll("#checks tbody tr")];
function apply(text) {
  const wanted = text.trim().toLowerCase();
  for (const row of rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
}
filter.addEventListener("input", () => apply(filter.value));
for (const cell of document.querySelectorAll(".cell")) {
  cell.addEventListener("click", () => {
    filter.value = cell.dataset.call;
    apply(filter.value);
  });
}
