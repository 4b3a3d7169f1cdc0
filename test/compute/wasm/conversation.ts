// Messages to an aos process that between them touch all of the host: what it answers is compared elsewhere. The order
// matters: what reads the clock comes before the first error.

import { alice, authority, otherId, type Sending } from './process.ts';

export type Step = Sending & { readonly name: string };

const evaluate = (name: string, data: string): Step => ({ name, tags: { Action: 'Eval' }, data });

const transfer = (name: string, quantity: string, from?: string): Step => ({
  name,
  tags: { Action: 'Transfer', Recipient: otherId, Quantity: quantity },
  ...(from ? { from } : {}),
});

const reply = (name: string, reference: string, data: string): Step => ({
  name,
  from: otherId,
  owner: authority,
  tags: { 'From-Process': otherId, 'X-Reference': reference },
  data,
});

const token = `
local bint = require('.bint')(256)
Balances = { [ao.env.Process.Owner] = tostring(bint(1000000)) }
local function balance(who) return bint(Balances[who] or '0') end
Handlers.add('transfer', 'Transfer', function(msg)
  local quantity = bint(msg.Quantity)
  assert(bint.__lt(0, quantity), 'Quantity must be positive')
  if bint.__lt(balance(msg.From), quantity) then
    msg.reply({ Action = 'Transfer-Error', Error = 'Insufficient balance' })
    return
  end
  Balances[msg.From] = tostring(balance(msg.From) - quantity)
  Balances[msg.Recipient] = tostring(balance(msg.Recipient) + quantity)
  Send({ Target = msg.Recipient, Action = 'Credit-Notice', Sender = msg.From, Quantity = msg.Quantity })
  msg.reply({ Action = 'Debit-Notice', Recipient = msg.Recipient, Quantity = msg.Quantity })
end)
Handlers.add('balance', 'Balance', function(msg)
  msg.reply({ Balance = Balances[msg.Target or msg.From] or '0', Data = Balances })
end)
return 'token'`;

const dateFormats = ['%c', '%x %X', '%Y-%m-%d', '%H:%M:%S', '%a %A %b %B', '%d %e %j', '%I %p', '%U %V %W %w %u'];
const moreDateFormats = [
  '%y %C %g %G',
  '%D %F %R %T %r',
  '%h %n %t %%',
  '%z %Z',
  '%Ec',
  '%EC %Ex %EX %Ey %EY',
  '%Od %OH %Om',
];
const moments = [
  0, 951782400, 1078012799, 1230768000, 1325376000, 1704067199, 1735689599, -86400, -2208988800, 4102444800,
];

const dates = (name: string, formats: readonly string[]): Step =>
  evaluate(
    name,
    `local out = {}
for _, time in ipairs({${moments.join(',')}}) do
  for _, format in ipairs({${formats.map((format) => `'${format}'`).join(',')}}) do
    out[#out + 1] = os.date(format, time) .. '|' .. os.date('!' .. format, time)
  end
end
return table.concat(out, '\\n')`,
  );

export const conversation: readonly Step[] = [
  { name: 'the process item' },
  evaluate('arithmetic', '1 + 1'),
  evaluate('a global', 'Count = 1 return Count'),
  evaluate('print', 'print("hello") print(1, nil, true) return 5'),
  evaluate('a table as the result', 'return { 1, 2, { a = "b" }, key = "value" }'),
  evaluate('addresses of objects', 'return tostring({}) .. tostring(print) .. tostring(coroutine.create(print))'),
  evaluate(
    'pairs over text keys',
    'local k = {} for i = 1, 40 do k["key" .. i] = i end local o = {} for n in pairs(k) do o[#o + 1] = n end return table.concat(o, " ")',
  ),
  evaluate(
    'pairs over table keys',
    'local k = {} for i = 1, 20 do k[{}] = i end local o = {} for _, v in pairs(k) do o[#o + 1] = v end return table.concat(o, " ")',
  ),
  evaluate(
    'pairs over mixed keys',
    'local k = { 1, 2, x = 3, [4.5] = 6, [true] = 7 } local o = {} for n in pairs(k) do o[#o + 1] = tostring(n) end return table.concat(o, " ")',
  ),
  evaluate('random numbers', 'return math.random() .. " " .. math.random(100) .. " " .. math.random(5, 10)'),
  evaluate('time of the message', 'return os.time()'),
  evaluate('processor time', 'local a = os.clock() local b = os.clock() return a .. " " .. b'),
  evaluate('now', 'return os.date() .. " " .. os.date("!%c")'),
  dates('dates', dateFormats),
  dates('more dates', moreDateFormats),
  evaluate(
    'a date as a table',
    'local o = {} for _, t in ipairs({ 0, 1709210096, -1 }) do for k, v in pairs(os.date("*t", t)) do o[#o + 1] = k .. "=" .. tostring(v) end end table.sort(o) return table.concat(o, " ")',
  ),
  evaluate('a date too far away', 'return os.date("!%c", 1 << 55)'),
  evaluate('the name of a file', 'return os.tmpname()'),
  evaluate(
    'opening a file',
    'return tostring(io.open("/data/nothing")) .. tostring(select(2, io.open("relative", "r")))',
  ),
  evaluate(
    'writing to the output',
    'io.write("written", 5, "\\n") io.stderr:write("error\\n") io.stdout:flush() return tostring(io.stdout:seek())',
  ),
  evaluate(
    'writing more than a buffer',
    'for i = 1, 300 do io.write(string.rep("y", 20)) end io.write("\\n") return "done"',
  ),
  evaluate('processor time after writing', 'return os.clock()'),
  evaluate(
    'removing and renaming files',
    'return tostring(select(2, os.remove("/nothing"))) .. tostring(select(2, os.rename("/a", "/b")))',
  ),
  evaluate(
    'folders',
    'local o = {} for _, p in ipairs({ "/data", "/dev", "/dev/shm/tmp", "/dev/null", "/proc/self/fd" }) do o[#o + 1] = tostring((select(2, os.remove(p)))) end return table.concat(o) .. tostring(os.rename("/home/web_user", "/tmp/web")) .. tostring(os.remove("/home"))',
  ),
  evaluate('opening a file to write it', 'return tostring(io.open("/tmp/new", "w")) .. tostring(io.tmpfile and 1)'),
  evaluate('what files cost of the clock', 'return os.tmpname() .. os.clock()'),
  evaluate('the environment', 'return tostring(os.getenv("HOME")) .. tostring(os.getenv("PATH"))'),
  evaluate('the locale', 'return os.setlocale() .. tostring(os.setlocale("de_DE"))'),
  evaluate('requiring what is missing', 'return tostring(pcall(require, "missing"))'),
  evaluate(
    'numbers as text',
    'return 1e15 .. " " .. 2^53 .. " " .. 0.1 .. " " .. -0.0 .. " " .. 1/0 .. " " .. math.pi .. " " .. (7 // 2) .. " " .. math.maxinteger',
  ),
  evaluate(
    'formatted text',
    'return string.format("%5.2f %x %q %s %10s %-10s| %g %a", 3.14159, 255, "a\\nb", {1} ~= nil, "r", "l", 1e100, 1.0)',
  ),
  evaluate('patterns', 'return (string.gsub("the quick brown fox", "%w+", string.upper))'),
  evaluate('UTF-8', 'return "žluťoučký kůň 🐎 " .. utf8.len("🐎ů") .. utf8.char(128014)'),
  evaluate(
    'text that is not UTF-8',
    'Send({ Target = "t", Data = "\\255\\254 and more \\192 until it is long" }) return "sent"',
  ),
  evaluate('control characters', 'return "\\0\\1\\27[31m\\127"'),
  evaluate('large output', 'return string.rep("0123456789", 20000)'),
  { name: 'large data', tags: { Action: 'Nothing' }, data: 'x'.repeat(200_000) },
  evaluate('size of the heap', 'return collectgarbage("count")'),
  evaluate('collecting garbage', 'collectgarbage() return collectgarbage("count")'),
  evaluate('growing memory', 'local t = {} for i = 1, 100000 do t[i] = "text " .. i end Kept = t return #t'),
  evaluate(
    'sorting',
    'local t = {} for i = 1, 1000 do t[i] = (i * 7919) % 1009 end table.sort(t) return t[1] .. t[500] .. t[1000]',
  ),
  evaluate('letting memory go', 'Kept = nil collectgarbage() return collectgarbage("count")'),
  evaluate(
    'coroutines',
    'local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) return c(1) .. c(10)',
  ),
  evaluate(
    'errors that are caught',
    'local o = {} for i = 1, 50 do o[i] = tostring(select(2, pcall(error, { i }))) end return #o .. tostring(select(2, pcall(function() local x = nil; return x.y end)))',
  ),
  evaluate(
    'an error in a coroutine that is caught',
    'return tostring(coroutine.resume(coroutine.create(function() error("inside") end)))',
  ),
  evaluate(
    'JSON',
    'local json = require("json") return json.encode({ a = 1, b = { true, false } }) .. json.decode("[1,{\\"x\\":null}]")[1]',
  ),
  evaluate('a shell', 'return tostring(io.popen)'),
  evaluate('the token', token),
  transfer('a transfer', '1000'),
  transfer('a transfer of all that is left', '999000'),
  transfer('a transfer of more than there is', '1'),
  transfer('a transfer by another', '5', alice),
  { name: 'balances', tags: { Action: 'Balance' } },
  evaluate(
    'messages',
    'Send({ Target = ao.id, Action = "Echo", Number = 5, Data = { list = { 1, 2 } } }) ao.send({ Target = "x", Tags = { A = "1", B = 2 } }) return "ok"',
  ),
  evaluate('a message without a target', 'Send({ Data = "nowhere" }) return "ok"'),
  evaluate('a spawn', 'Spawn(ao._module, { Name = "kid", Data = "1", Tags = { Authority = "a" } }) return "ok"'),
  evaluate('an assignment', 'Assign({ Processes = { ao.id }, Message = "message" }) return "ok"'),
  evaluate(
    'many messages',
    'for i = 1, 200 do Send({ Target = "t" .. i, Data = tostring(i), ["X-" .. i] = "v" }) end return "ok"',
  ),
  evaluate('a known reference', 'ao.reference = 1000 return ao.reference'),
  evaluate(
    'a question',
    `Send({ Target = "${otherId}", Action = "Question" }).onReply(function(m) print("answer " .. m.Data) Answer = m.Data end) return "asked"`,
  ),
  evaluate(
    'waiting for a reply',
    `local m = Send({ Target = "${otherId}", Action = "Question" }).receive() Waited = m.Data print("waited for " .. m.Data)`,
  ),
  reply('a reply to the question', '1001', 'first'),
  reply('a reply to who waits', '1002', 'second'),
  evaluate('what the replies left', 'return tostring(Answer) .. tostring(Waited)'),
  { name: 'what nobody handles', tags: { Action: 'Unknown', Extra: 'ž' }, data: 'for the inbox' },
  { name: 'JSON data', tags: { 'Content-Type': 'application/json' }, data: '{"a":[1,2,{"b":null}]}' },
  { name: 'an untrusted sender', from: otherId, owner: alice, tags: { 'From-Process': otherId, Action: 'Balance' } },
  { name: 'a trusted process', from: otherId, owner: authority, tags: { 'From-Process': otherId, Action: 'Balance' } },
  { name: 'an assigned message of another target', target: otherId, tags: { Action: 'Balance' } },
  { name: 'an Eval by another', from: alice, tags: { Action: 'Eval' }, data: 'return 1' },
  // From here on, errors.
  evaluate('an error', 'Count = Count + 1 error("boom")'),
  evaluate('the state after an error', 'return Count'),
  evaluate('an error that is a table', 'error({ code = 1 })'),
  evaluate('a syntax error', 'return = 5'),
  evaluate('a call of nil', 'return nothing()'),
  evaluate('an error in a nested call', 'local function a() local b = {} return b.c.d end a()'),
  evaluate('an error in a coroutine', 'coroutine.wrap(function() error("inside") end)()'),
  transfer('a transfer of a negative quantity', '-5'),
  transfer('a transfer of what is no number', 'much'),
  evaluate('infinite recursion', 'local function f() return 1 + f() end return f()'),
  evaluate('recursion through C', 'local function f() return pcall(f) end return tostring(f())'),
  evaluate('recursion through gsub', 'local function f(s) return (s:gsub(".", f)) end return f("ab")'),
  evaluate('text too large for memory', 'return #string.rep("x", 1 << 30)'),
  evaluate('the state after running out of memory', 'Count = Count + 1 return Count .. collectgarbage("count")'),
  evaluate(
    'a handler that fails',
    'Handlers.add("fails", "Fail", function(m) Count = 100 Send({ Target = "t" }) error("in the handler " .. m.Action) end) return "ok"',
  ),
  { name: 'a message to the handler that fails', tags: { Action: 'Fail' } },
  evaluate('the state after the handler', 'return Count .. #Inbox .. tostring(Answer)'),
  evaluate(
    'pairs after errors',
    'local k = {} for i = 1, 40 do k["late" .. i] = i end local o = {} for n in pairs(k) do o[#o + 1] = n end return table.concat(o, " ") .. tostring({})',
  ),
  transfer('a transfer after errors', '1', otherId),
];
