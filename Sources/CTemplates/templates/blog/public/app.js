import { element, find, start } from "./apus.js";

start(api => {
  const show = post => {
    const article = element(
      "article", {}, element("h2", {}, post.title), element("p", {}, post.body),
      element("small", {}, post.status === "draft" ? "Draft" : `Published ${post.published_at}`));
    if (post.author_id !== api.user.id) return article;
    const publish = element("button", { textContent: "Publish" });
    publish.hidden = post.status === "published";
    publish.onclick = () => api.update(
      "posts", `id=eq.${post.id}`,
      { status: "published", published_at: new Date().toISOString() });
    const remove = element("button", { textContent: "Delete" });
    remove.onclick = () => api.remove("posts", `id=eq.${post.id}`);
    article.append(" ", publish, " ", remove);
    return article;
  };

  // Told of what the rules let this reader see: a draft appears for others when it is published.
  api.watch("posts", async () => {
    const posts = await api.select("posts", "order=created_at.desc&limit=50");
    find("#posts").replaceChildren(...posts.map(show));
  });

  find("#new").onsubmit = async event => {
    event.preventDefault();
    const { title, body } = event.target.elements;
    await api.insert("posts", { title: title.value, body: body.value });
    event.target.reset();
  };
});
