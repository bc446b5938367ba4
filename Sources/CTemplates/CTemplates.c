#include "CTemplates.h"

static const unsigned char shared_readme_md[] = {
#embed "templates/shared/README.md"
};
static const unsigned char shared_gitignore[] = {
#embed "templates/shared/gitignore"
};
static const unsigned char shared_public_apus_js[] = {
#embed "templates/shared/public/apus.js"
};
static const unsigned char shared_public_style_css[] = {
#embed "templates/shared/public/style.css"
};
static const unsigned char todo_schemas_models_todos_json[] = {
#embed "templates/todo/Schemas/models/todos.json"
};
static const unsigned char todo_schemas_project_json[] = {
#embed "templates/todo/Schemas/project.json"
};
static const unsigned char todo_index_html[] = {
#embed "templates/todo/index.html"
};
static const unsigned char todo_public_app_js[] = {
#embed "templates/todo/public/app.js"
};
static const unsigned char chat_schemas_models_messages_json[] = {
#embed "templates/chat/Schemas/models/messages.json"
};
static const unsigned char chat_schemas_models_profiles_json[] = {
#embed "templates/chat/Schemas/models/profiles.json"
};
static const unsigned char chat_schemas_project_json[] = {
#embed "templates/chat/Schemas/project.json"
};
static const unsigned char chat_schemas_rules_json[] = {
#embed "templates/chat/Schemas/rules.json"
};
static const unsigned char chat_schemas_seeds_demo_json[] = {
#embed "templates/chat/Schemas/seeds/demo.json"
};
static const unsigned char chat_index_html[] = {
#embed "templates/chat/index.html"
};
static const unsigned char chat_public_app_js[] = {
#embed "templates/chat/public/app.js"
};
static const unsigned char blog_schemas_models_comments_json[] = {
#embed "templates/blog/Schemas/models/comments.json"
};
static const unsigned char blog_schemas_models_posts_json[] = {
#embed "templates/blog/Schemas/models/posts.json"
};
static const unsigned char blog_schemas_project_json[] = {
#embed "templates/blog/Schemas/project.json"
};
static const unsigned char blog_index_html[] = {
#embed "templates/blog/index.html"
};
static const unsigned char blog_public_app_js[] = {
#embed "templates/blog/public/app.js"
};
static const unsigned char kanban_schemas_models_boards_json[] = {
#embed "templates/kanban/Schemas/models/boards.json"
};
static const unsigned char kanban_schemas_models_cards_json[] = {
#embed "templates/kanban/Schemas/models/cards.json"
};
static const unsigned char kanban_schemas_project_json[] = {
#embed "templates/kanban/Schemas/project.json"
};
static const unsigned char kanban_index_html[] = {
#embed "templates/kanban/index.html"
};
static const unsigned char kanban_public_app_js[] = {
#embed "templates/kanban/public/app.js"
};

#define FILE_OF(owner, path, bytes) {owner, path, bytes, sizeof(bytes)}

static const ctemplates_file files[] = {
    FILE_OF("shared", "README.md", shared_readme_md),
    FILE_OF("shared", ".gitignore", shared_gitignore),
    FILE_OF("shared", "public/apus.js", shared_public_apus_js),
    FILE_OF("shared", "public/style.css", shared_public_style_css),
    FILE_OF("todo", "Schemas/models/todos.json", todo_schemas_models_todos_json),
    FILE_OF("todo", "Schemas/project.json", todo_schemas_project_json),
    FILE_OF("todo", "index.html", todo_index_html),
    FILE_OF("todo", "public/app.js", todo_public_app_js),
    FILE_OF("chat", "Schemas/models/messages.json", chat_schemas_models_messages_json),
    FILE_OF("chat", "Schemas/models/profiles.json", chat_schemas_models_profiles_json),
    FILE_OF("chat", "Schemas/project.json", chat_schemas_project_json),
    FILE_OF("chat", "Schemas/rules.json", chat_schemas_rules_json),
    FILE_OF("chat", "Schemas/seeds/demo.json", chat_schemas_seeds_demo_json),
    FILE_OF("chat", "index.html", chat_index_html),
    FILE_OF("chat", "public/app.js", chat_public_app_js),
    FILE_OF("blog", "Schemas/models/comments.json", blog_schemas_models_comments_json),
    FILE_OF("blog", "Schemas/models/posts.json", blog_schemas_models_posts_json),
    FILE_OF("blog", "Schemas/project.json", blog_schemas_project_json),
    FILE_OF("blog", "index.html", blog_index_html),
    FILE_OF("blog", "public/app.js", blog_public_app_js),
    FILE_OF("kanban", "Schemas/models/boards.json", kanban_schemas_models_boards_json),
    FILE_OF("kanban", "Schemas/models/cards.json", kanban_schemas_models_cards_json),
    FILE_OF("kanban", "Schemas/project.json", kanban_schemas_project_json),
    FILE_OF("kanban", "index.html", kanban_index_html),
    FILE_OF("kanban", "public/app.js", kanban_public_app_js),
};

const ctemplates_file *_Nonnull ctemplates_all(void) { return files; }
size_t ctemplates_count(void) { return sizeof(files) / sizeof(files[0]); }
