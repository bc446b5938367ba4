/// What `apus dev` prints where there is no project yet: lines to paste into a shell.
enum FirstModel {
    /// - Parameter schemas: the folder that is not there.
    static func hint(for schemas: String) -> String {
        """
        there is no folder \(schemas). '--project DIR' tells where a project is; \
        to begin one, paste these lines in its folder and start 'apus dev' again:

        \(lines)
        """
    }

    /// A model that each user has rows of, watched live.
    private static let lines = """
        mkdir -p Schemas/models && cat > Schemas/models/notes.json <<'END'
        {
          "$schema": "../../.apus/model.schema.json",
          "properties": {
            "id":       {"type": "string", "format": "uuid", "default": {"$expr": "uuidv7()"}},
            "owner_id": {"type": "string", "format": "uuid", "default": {"$expr": "auth.uid()"}},
            "text":     {"type": "string", "minLength": 1}
          },
          "required": ["owner_id", "text"],
          "realtime": true,
          "access": {"all": "owner_id = auth.uid()"}
        }
        END
        """
}
