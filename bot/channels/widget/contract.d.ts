/** What the website channel and its widget say to each other, for the type check of static/widget.js. Nothing loads this file. */

/** POST /sessions */
interface Session {
  token: string;
  conversation_id: string;
  expires_at: string;
}

interface Choice {
  id: string;
  title: string;
}

interface Source {
  title: string;
  section: string;
}

/** A message of the conversation; `note` is a line of the widget's own. */
interface Message {
  id: string;
  /** Its place in the conversation, a number that grows; absent until the server has said it. */
  cursor?: number | string;
  from: 'visitor' | 'bot' | 'staff' | 'note';
  /** ISO 8601. */
  at: string;
  text: string;
  choices?: Choice[];
  topics?: string[];
  outcome?: string | null;
  sources?: Source[];
}

/** GET /messages */
interface History {
  messages: Message[];
  cursor: number | string | null;
}

/** A message as the widget shows it. */
interface Entry extends Message {
  /** The cursor, or where it stands until that is known. */
  order: number;
  /** Not yet taken by the server. */
  pending: boolean;
}

/** A message of the visitor that waits in storage until the server has taken it. */
interface Outgoing {
  id: string;
  text?: string;
  /** The id of the choice, whose title is shown meanwhile. */
  choice?: string;
  title?: string;
  /** Milliseconds since 1970: the order of writing. */
  at: number;
  /** Its session was lost once already. */
  again?: boolean;
}

/** What a conversation tells its view. */
interface Listener {
  /** Something changed; `fresh` are replies said just now, not read from the history. */
  changed(fresh: Message[]): void;
  /** The server will not take `text`, for this reason. */
  refused(text: string, reason: string): void;
}
