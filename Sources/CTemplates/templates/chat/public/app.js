import { element, find, start } from "./apus.js";

start(async api => {
  const list = find("#messages");

  const row = message =>
    element(
      "li", {}, element("strong", {}, message.author.name), element("span", {}, message.body),
      element("small", {}, new Date(message.created_at).toLocaleTimeString()));

  // Who talks has a profile: a name that others see.
  const show = async () => {
    const [me] = await api.select("profiles", `id=eq.${api.user.id}`);
    find("#me").hidden = Boolean(me);
    find("#new").hidden = !me;
  };

  api.watch("messages", async () => {
    const query = "select=body,created_at,author:profiles(name)&order=created_at.desc&limit=50";
    list.replaceChildren(...(await api.select("messages", query)).reverse().map(row));
  });

  find("#me").onsubmit = async event => {
    event.preventDefault();
    await api.insert("profiles", { name: event.target.elements.name.value });
    await show();
  };

  find("#new").onsubmit = async event => {
    event.preventDefault();
    await api.insert("messages", { body: event.target.elements.body.value });
    event.target.reset();
  };

  await show();
});
