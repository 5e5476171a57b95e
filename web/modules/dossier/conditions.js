/** Show a question only when the answers before it ask for it; hidden ones are not sent. */

/** @param {HTMLFormElement} form */
export function showConditions(form) {
  const questions = [...form.querySelectorAll("[data-when]")];
  if (!questions.length) return;
  const apply = () => {
    for (const question of questions) {
      const isAsked = JSON.parse(question.dataset.when).every((test) => isMet(form, test));
      question.hidden = !isAsked;
      for (const input of question.querySelectorAll("input, select, textarea")) input.disabled = !isAsked;
    }
  };
  form.addEventListener("change", apply);
  form.addEventListener("input", apply);
  apply();
}

/** A question of another page was judged by the server: here it counts as met. */
function isMet(form, test) {
  const name = `a-${test.field}`;
  if (!form.querySelector(`[name="${CSS.escape(name)}"]`)) return true;
  const given = new FormData(form).getAll(name).map(String).filter(Boolean);
  if (test.among) return given.some((value) => test.among.map(plain).includes(value));
  const number = Number((given[0] ?? "").replace(/\s/g, "").replace(",", "."));
  if (!given.length || Number.isNaN(number)) return false;
  return (test.least === null || number >= test.least) && (test.below === null || number < test.below);
}

const plain = (value) => (value === true ? "yes" : value === false ? "no" : String(value));
