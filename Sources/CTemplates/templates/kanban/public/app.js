import { element, find, start } from "./apus.js";

const STAGES = ["todo", "doing", "done"];

start(async api => {
  const board = (await api.select("boards", "order=created_at&limit=1"))[0]
    ?? await api.insert("boards", { name: "My board" });

  const move = (card, by) => {
    const stage = STAGES[STAGES.indexOf(card.stage) + by];
    const button = element("button", { textContent: by < 0 ? "←" : "→", disabled: !stage });
    button.onclick = () => api.update("cards", `id=eq.${card.id}`, { stage });
    return button;
  };

  const row = card => {
    const remove = element("button", { textContent: "×" });
    remove.onclick = () => api.remove("cards", `id=eq.${card.id}`);
    return element(
      "li", {}, element("span", {}, card.title), move(card, -1), move(card, 1), remove);
  };

  api.watch("cards", async () => {
    const cards = await api.select("cards", `board_id=eq.${board.id}&order=position,created_at`);
    for (const stage of STAGES) {
      const staged = cards.filter(card => card.stage === stage);
      find(`#${stage}`).replaceChildren(...staged.map(row));
    }
  });

  find("#new").onsubmit = async event => {
    event.preventDefault();
    await api.insert(
      "cards", { board_id: board.id, title: event.target.elements.title.value });
    event.target.reset();
  };
});
