// What a program needs to be an AO process: the message it gets, and the outcome it prints.

/** The message of this turn. Of its JSON, only what these programs ask for is read. */
export class Message {
  private readonly text: string;

  constructor(line: string) {
    // What follows is of the process and the module, and has tags too.
    this.text = line.substring(0, line.indexOf(',"Process":{"Id":'));
  }

  /** A field of the message that is text; empty if it has none. */
  field(name: string): string {
    return this.after('"' + name + '":"');
  }

  /** The value of the first tag of that name; empty if there is none. */
  tag(name: string): string {
    return this.after('{"name":"' + name + '","value":"');
  }

  /** The message's slot; empty in a dry run, which has none. */
  get slot(): string {
    const mark = '"Nonce":';
    const at = this.text.indexOf(mark);
    return at < 0 ? '' : this.text.substring(at + mark.length, this.text.indexOf(',', at));
  }

  // Within a text of the JSON a quotation mark has a backslash before it, so none of these is found in one.
  private after(mark: string): string {
    const at = this.text.indexOf(mark);
    return at < 0 ? '' : unquoted(this.text, at + mark.length);
  }
}

/** A reply to `message`, as the JSON of an outgoing message; the sender finds it by the reference. */
export function reply(message: Message, data: string): string {
  const reference = message.tag('Reference');
  const tags = reference == '' ? '' : '{"name":"X-Reference","value":' + quoted(reference) + '}';
  return (
    '{"Target":' + quoted(message.field('From')) +
    ',"Anchor":"' + message.slot.padStart(32, '0') +
    '","Tags":[' + tags + '],"Data":' + quoted(data) + '}'
  );
}

/** An outcome that prints `output` and sends `messages`, which are JSON already. */
export function outcome(output: string, messages: string[] = []): string {
  return '{"Output":' + quoted(output) + ',"Messages":[' + messages.join(',') + ']}\n';
}

/** An outcome that says why the message was refused. The state is as before then, whatever was done. */
export function refusal(reason: string): string {
  return '{"Error":' + quoted(reason) + '}\n';
}

/** `text` as JSON has it. */
export function quoted(text: string): string {
  let json = '"';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit == 0x22 || unit == 0x5c) json += '\\' + text.charAt(i);
    else if (unit < 0x20) json += '\\u' + unit.toString(16).padStart(4, '0');
    else json += text.charAt(i);
  }
  return json + '"';
}

function unquoted(json: string, start: i32): string {
  let text = '';
  for (let i = start; i < json.length && json.charCodeAt(i) != 0x22; i++) {
    if (json.charCodeAt(i) != 0x5c) {
      text += json.charAt(i);
      continue;
    }
    const escaped = json.charAt(++i);
    if (escaped == 'u') {
      text += String.fromCharCode(<i32>parseInt(json.substring(i + 1, i + 5), 16));
      i += 4;
    } else if (escaped == 'n') text += '\n';
    else if (escaped == 'r') text += '\r';
    else if (escaped == 't') text += '\t';
    else if (escaped == 'b') text += '\b';
    else if (escaped == 'f') text += '\f';
    else text += escaped;
  }
  return text;
}
