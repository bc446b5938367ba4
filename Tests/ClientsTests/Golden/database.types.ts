// Made by `apus types typescript`: a new run writes over what is changed here.

export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  __InternalSupabase: {
    PostgrestVersion: "13"
  }
  public: {
    Tables: {
      class: {
        Row: {
          aB: string | null
          a_b: Database["public"]["Enums"]["class_a_b"] | null
          default: string | null
          hashValue: string | null
          in: boolean | null
          order: number | null
          owner: number
          self: string | null
          thing: string
        }
        Insert: {
          aB?: string | null
          a_b?: Database["public"]["Enums"]["class_a_b"] | null
          default?: string | null
          hashValue?: string | null
          in?: boolean | null
          order?: number | null
          owner: number
          self?: string | null
          thing: string
        }
        Update: {
          aB?: string | null
          a_b?: Database["public"]["Enums"]["class_a_b"] | null
          default?: string | null
          hashValue?: string | null
          in?: boolean | null
          order?: number | null
          owner?: number
          self?: string | null
          thing?: string
        }
        Relationships: [
          {
            foreignKeyName: "class_owner_fkey"
            columns: ["owner"]
            isOneToOne: false
            referencedRelation: "owners"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "class_thing_fkey"
            columns: ["thing"]
            isOneToOne: false
            referencedRelation: "everything"
            referencedColumns: ["id"]
          },
        ]
      }
      class_a: {
        Row: {
          b: Database["public"]["Enums"]["class_a_b2"] | null
          id: string
        }
        Insert: {
          b?: Database["public"]["Enums"]["class_a_b2"] | null
          id?: string
        }
        Update: {
          b?: Database["public"]["Enums"]["class_a_b2"] | null
          id?: string
        }
        Relationships: []
      }
      /**
       * A row of every type.
       * Its comment ends *\/ nothing.
       */
      everything: {
        Row: {
          anything: Json | null
          at: string
          bytes: string | null
          code: string
          counts: { [key: string]: number | undefined } | null
          day: string | null
          hour: string | null
          id: string
          is_open: boolean
          /** What it is called. */
          label: string
          large: number
          list: Json[] | null
          made_at: string
          object: { [key: string]: Json | undefined } | null
          open_shape: { a: string; b?: boolean[]; c: Json; [key: string]: Json | undefined } | null
          owner_id: number | null
          price: number
          rank: 1 | 2 | 3 | null
          secret: string | null
          shape: { theme: "light" | "dark"; "odd name"?: number; when?: string; either?: string | number; perhaps?: string | null; class?: { a: [1, "x", null] }; points: { x: number; y: number }[] }
          share: number
          shout: string
          small: number
          state: Database["public"]["Enums"]["everything_state"]
          tags: ("a" | "b-c")[]
        }
        Insert: {
          anything?: Json | null
          at?: string
          bytes?: string | null
          code: string
          counts?: { [key: string]: number | undefined } | null
          day?: string | null
          hour?: string | null
          id?: string
          is_open?: boolean
          label: string
          large: number
          list?: Json[] | null
          made_at?: never
          object?: { [key: string]: Json | undefined } | null
          open_shape?: { a: string; b?: boolean[]; c: Json; [key: string]: Json | undefined } | null
          owner_id?: number | null
          price: number
          rank?: 1 | 2 | 3 | null
          secret: string
          shape: { theme: "light" | "dark"; "odd name"?: number; when?: string; either?: string | number; perhaps?: string | null; class?: { a: [1, "x", null] }; points: { x: number; y: number }[] }
          share: number
          shout?: never
          small: number
          state?: Database["public"]["Enums"]["everything_state"]
          tags: ("a" | "b-c")[]
        }
        Update: {
          anything?: Json | null
          at?: string
          bytes?: string | null
          code?: string
          counts?: { [key: string]: number | undefined } | null
          day?: string | null
          hour?: string | null
          id?: string
          is_open?: boolean
          label?: string
          large?: number
          list?: Json[] | null
          made_at?: never
          object?: { [key: string]: Json | undefined } | null
          open_shape?: { a: string; b?: boolean[]; c: Json; [key: string]: Json | undefined } | null
          owner_id?: number | null
          price?: number
          rank?: 1 | 2 | 3 | null
          secret?: never
          shape?: { theme: "light" | "dark"; "odd name"?: number; when?: string; either?: string | number; perhaps?: string | null; class?: { a: [1, "x", null] }; points: { x: number; y: number }[] }
          share?: number
          shout?: never
          small?: number
          state?: Database["public"]["Enums"]["everything_state"]
          tags?: ("a" | "b-c")[]
        }
        Relationships: [
          {
            foreignKeyName: "everything_owner_id_fkey"
            columns: ["owner_id"]
            isOneToOne: false
            referencedRelation: "owners"
            referencedColumns: ["id"]
          },
        ]
      }
      owners: {
        Row: {
          id: number
          name: string
          partner: number | null
        }
        Insert: {
          id?: number
          name?: string
          partner?: number | null
        }
        Update: {
          id?: number
          name?: string
          partner?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "owners_partner_fkey"
            columns: ["partner"]
            isOneToOne: true
            referencedRelation: "owners"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      /** How many things each owner has. */
      summary: {
        Row: {
          first: string | null
          owner: number
          /** How many. */
          things: number
        }
        Relationships: [
          {
            foreignKeyName: "summary_owner_fkey"
            columns: ["owner"]
            isOneToOne: true
            referencedRelation: "owners"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      class_a_b: "x"
      class_a_b2: "y \"quoted\"" | "z"
      everything_state: "draft" | "in progress" | "done" | "" | "1st" | "self"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  DefaultSchemaCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends DefaultSchemaCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = DefaultSchemaCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : DefaultSchemaCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][DefaultSchemaCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {
      class_a_b: ["x"],
      class_a_b2: ["y \"quoted\"", "z"],
      everything_state: ["draft", "in progress", "done", "", "1st", "self"],
    },
  },
} as const
