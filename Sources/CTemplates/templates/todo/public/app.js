import { element, find, start } from "./apus.js";

start(api => {
  const list = find("#todos");

  const row = todo => {
    const box = element("input", { type: "checkbox", checked: todo.is_done });
    box.onchange = () => api.update("todos", `id=eq.${todo.id}`, { is_done: box.checked });
    const remove = element("button", { textContent: "Delete" });
    remove.onclick = () => api.remove("todos", `id=eq.${todo.id}`);
    const title = element("span", { className: todo.is_done ? "done" : "" }, todo.title);
    return element("li", {}, box, title, remove);
  };

  // Every window is told of every change, this one too: nothing is drawn but what the API has.
  api.watch("todos", async () => {
    const todos = await api.select("todos", "order=created_at");
    list.replaceChildren(...todos.map(row));
  });

  find("#new").onsubmit = async event => {
    event.preventDefault();
    await api.insert("todos", { title: event.target.elements.title.value });
    event.target.reset();
  };
});
