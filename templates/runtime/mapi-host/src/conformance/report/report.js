const filter = document.getElementById("filter");
const rows = [...document.querySelectorAll("#checks tbody tr")];
function apply(text) {
  const wanted = text.trim().toLowerCase();
  for (const row of rows) {
    const outcome = "outcome: " + row.querySelector(".mark").textContent;
    row.hidden = wanted.startsWith("outcome: ") ? outcome !== wanted : !row.textContent.toLowerCase().includes(wanted);
  }
}
filter.addEventListener("input", () => apply(filter.value));
for (const link of document.querySelectorAll("[data-filter]")) {
  link.addEventListener("click", () => {
    filter.value = link.dataset.filter;
    apply(filter.value);
  });
}
