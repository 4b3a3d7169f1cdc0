// Messages to an aos process that between them touch all of Lua: what a rewriting of the module could get wrong.

import { otherId, type Sending } from './process.ts';

const evaluate = (name: string, data: string) => ({ name, tags: { Action: 'Eval' }, data });

export const language: readonly (Sending & { readonly name: string })[] = [
  evaluate(
    'integers at their limits',
    `local o = {}
    for _, n in ipairs({ 0, 1, -1, 7, -7, math.maxinteger, math.mininteger }) do
      for _, d in ipairs({ 3, -3, 64, -1 }) do
        o[#o + 1] = string.format("%d %d %d %d %x", n // d, n % d, n + d, n * d, (n << d) ~ (n >> d) | n & d)
      end
    end
    return table.concat(o, " ") .. tostring(pcall(function() return 1 // 0 end)) .. tostring(math.ult(1, -1))`,
  ),
  evaluate(
    'floats',
    `local o = {}
    for e = -320, 300, 31 do
      local n = 10.0 ^ e / 3
      o[#o + 1] = string.format("%.17g %g %.3e %a", n, -n, n * 7, n)
      o[#o + 1] = string.format("%.14g %.14g %.14g", math.sqrt(n), math.log(n), math.fmod(n, 0.7))
    end
    for i = -5, 5 do
      o[#o + 1] = string.format("%.14g %.14g %.14g %.14g", math.sin(i), math.cos(i / 3), math.exp(i), math.atan(i, 2))
      o[#o + 1] = string.format("%g %g %s %s", i // 0.4, i % 0.3, math.floor(i / 3), math.ceil(i / 3))
    end
    return table.concat(o, " ")`,
  ),
  evaluate(
    'numbers and text',
    'return ("0x1p4" + 0) .. ("  12  " + 1) .. tostring(tonumber("1e")) .. tonumber("zz", 36) .. 10 / 2 .. (3 | 8) .. tostring(1e300 * 1e10) .. tostring(math.tointeger(3.0)) .. tostring(2^63 == math.maxinteger + 1.0)',
  ),
  evaluate(
    'packed numbers',
    'local p = string.pack("<i4>I8dfz s2", -2, 1 << 40, 0.5, 1.25, "zero", "text") local o = {} for i = 1, #p do o[i] = ("%02x"):format(p:byte(i)) end return table.concat(o) .. table.concat({ string.unpack("<i4>I8dfz s2", p) }, " ")',
  ),
  evaluate(
    'random numbers from a seed',
    'local o = {} for _, seed in ipairs({ 1, 42, 123456789 }) do math.randomseed(seed) for i = 1, 20 do o[#o + 1] = math.random(1000) end o[#o + 1] = math.random() end return table.concat(o, " ")',
  ),
  evaluate(
    'dates put together',
    'return os.time({ year = 2024, month = 2, day = 30, hour = 25, min = -1 }) .. " " .. os.date("!%Y-%m-%d %H:%M:%S", os.time({ year = 2000, month = 13, day = 1 })) .. tostring(pcall(os.time, { year = 1 })) .. os.difftime(5, 2) .. tostring(pcall(os.date, "%Q"))',
  ),
  evaluate(
    'pairs after removals and insertions',
    `local k = {}
    for i = 1, 200 do k["k" .. i] = i end
    for i = 1, 200, 3 do k["k" .. i] = nil end
    for i = 1, 50 do k["n" .. i] = i k[i * 1.5] = i k[i] = i k[{}] = i end
    local o = {}
    for n, v in pairs(k) do o[#o + 1] = (type(n) == "table" and "t" or tostring(n)) .. "=" .. v end
    return table.concat(o, " ")`,
  ),
  evaluate(
    'tables with holes',
    'local t = { 1, 2, nil, 4, nil, nil, 7 } t[12] = 12 t[9] = 9 local o = { #t, select("#", table.unpack(t, 1, 12)) } for k in pairs(t) do o[#o + 1] = k end table.move(o, 1, 3, 4) table.remove(o, 1) table.insert(o, 2, "in") return table.concat(o, " ") .. tostring(next({}))',
  ),
  evaluate(
    'sorting by a function',
    `local t = {}
    for i = 1, 300 do t[i] = { key = (i * 7919) % 101, at = i } end
    table.sort(t, function(a, b) if a.key ~= b.key then return a.key < b.key end return a.at > b.at end)
    local o = {}
    for i = 1, 300, 7 do o[#o + 1] = t[i].key .. "/" .. t[i].at end
    return table.concat(o, " ") .. tostring(pcall(table.sort, { 3, 1, "x" })) .. tostring(pcall(table.sort, t, function() return true end))`,
  ),
  evaluate(
    'iterating over text',
    'local o = {} for w, n in ("one1two22three333"):gmatch("(%a+)(%d+)") do o[#o + 1] = w .. n end return table.concat(o, ",") .. ("%d+"):rep(3, "|") .. ("hello"):reverse() .. ("x"):rep(100):gsub("x", { x = "yz" }, 50) .. ("(a(b)c)"):match("%b()") .. ("key = value"):gsub("(%w+) = (%w+)", "%2 = %1") .. tostring(("f"):rep(200):find(("f*"):rep(2) .. "g"))',
  ),
  evaluate(
    'UTF-8, character by character',
    'local o = {} for p, c in utf8.codes("žluťoučký 🐎 日本") do o[#o + 1] = p .. ":" .. c end return table.concat(o, " ") .. tostring(utf8.len("\\255")) .. utf8.offset("日本語", 3) .. ("日本 ÄÖ"):upper() .. table.concat({ ("ÄÖ"):byte(1, -1) }, " ") .. tostring("ž" < "z") .. ("日本"):sub(1, 3)',
  ),
  evaluate(
    'text built piece by piece',
    'local s = "" for i = 1, 3000 do s = s .. i .. ";" end local t = {} for i = 1, 30000 do t[i] = i % 10 end return #s .. s:sub(-20) .. s:find("2999;", 1, true) .. #table.concat(t, ", ")',
  ),
  evaluate('output of many lines', 'for i = 1, 2000 do print("line " .. i) end return string.rep("ž🐎", 30000)'),
  evaluate(
    'recursion that returns',
    'local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end local function g(n) if n == 0 then return "tail" end return g(n - 1) end return f(15000) .. g(1000000) .. select("#", table.unpack({}, 1, 5000))',
  ),
  evaluate(
    'protected calls in protected calls',
    'local function f(n) if n == 0 then error("deepest") end local ok, reason = pcall(f, n - 1) if n % 2 == 0 then error(reason, 0) end return n .. tostring(reason) end return tostring(select(2, pcall(f, 120))) .. tostring(select(2, xpcall(f, function(reason) return "handled " .. reason end, 0)))',
  ),
  evaluate(
    'coroutines in coroutines',
    `local function count(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
    local sum = 0
    for i in count(300) do for j in count(3) do sum = sum + i * j end end
    local c = coroutine.create(function(...)
      local ok, reason = pcall(function(a) local b = coroutine.yield(a) error("late " .. b) end, ...)
      coroutine.yield(tostring(ok) .. tostring(reason))
      return "end"
    end)
    local o = { sum }
    for _, value in ipairs({ "first", "second", "third", "fourth" }) do o[#o + 1] = tostring(select(2, coroutine.resume(c, value))) end
    local function nested(n) if n == 0 then return coroutine.running() ~= nil end return coroutine.wrap(nested)(n - 1) end
    return table.concat(o, " ") .. coroutine.status(c) .. tostring(nested(100)) .. tostring(coroutine.isyieldable())`,
  ),
  evaluate(
    'metatables',
    `local t = setmetatable({}, {
      __index = function(_, key) return key .. "!" end,
      __newindex = function(self, key, value) rawset(self, key, value * 2) end,
      __call = function(_, a, b) return a + b end,
      __len = function() return 42 end,
      __concat = function() return "joined" end,
      __unm = function() return "minus" end,
      __eq = function() return true end,
      __lt = function() return true end,
      __le = function() return false end,
      __tostring = function() return "shown" end,
      __pairs = function() return next, { only = 1 }, nil end,
    })
    t.a = 5
    local o = { t.x, t.a, t(1, 2), #t, t .. 1, -t, tostring(t == setmetatable({}, getmetatable(t))), tostring(t < t), tostring(t <= t), tostring(t) }
    for key in pairs(t) do o[#o + 1] = key end
    return table.concat(o, " ")`,
  ),
  evaluate(
    'finalizers and weak tables',
    `local ended, weak, left = 0, setmetatable({}, { __mode = "k" }), 0
    for i = 1, 100 do setmetatable({}, { __gc = function() ended = ended + 1 end }) weak[{}] = i end
    collectgarbage() collectgarbage()
    for _ in pairs(weak) do left = left + 1 end
    return ended .. " " .. left .. " " .. collectgarbage("count")`,
  ),
  evaluate(
    'code made of text',
    'return load("local a = ... goto over ::over:: return a * 2")(21) .. tostring(select(2, load("return +"))) .. #string.dump(function() return 1 end) .. load(string.dump(function() return "dumped" end))() .. tostring(select(2, load("x = ", "chunk", "b")))',
  ),
  evaluate(
    'many variables, arguments and branches',
    `local names, lines = {}, {}
    for i = 1, 150 do names[i] = "v" .. i end
    lines[1] = "local " .. table.concat(names, ", ") .. " = ..."
    for i = 1, 400 do lines[#lines + 1] = ("if v%d == %d then return 'branch %d' end"):format(i % 150 + 1, i + 1000, i) end
    lines[#lines + 1] = "return v1 + v150"
    local args = {}
    for i = 1, 150 do args[i] = i end
    args[100] = 1099
    return tostring(load(table.concat(lines, "\\n"))(table.unpack(args)))`,
  ),
  evaluate(
    'hashes',
    `local ok, crypto = pcall(require, ".crypto")
    if not ok then return "none" end
    local o = {}
    for _, name in ipairs({ "md5", "sha1", "sha2_256", "sha2_512", "sha3_256", "sha3_512", "keccak256", "blake2b" }) do
      o[#o + 1] = name .. " " .. tostring(select(2, pcall(function() return crypto.digest[name](("heddle "):rep(50)).asHex() end)))
    end
    return table.concat(o, "\\n")`,
  ),
  evaluate(
    'large numbers',
    'local bint = require(".bint")(512) local n = bint(1) for i = 1, 60 do n = n * i end return tostring(n) .. tostring(n // (bint(7) ^ 20)) .. tostring(n % 1000007) .. tostring(bint.isqrt and bint.isqrt(n))',
  ),
  evaluate(
    'a large table as JSON, and back',
    `local json = require("json")
    local t = {}
    for i = 1, 300 do t["key " .. i] = { i, { nested = "v" .. i, f = i / 7 } } end
    local text = json.encode(t)
    Send({ Target = "${otherId}", Data = text })
    return #text .. json.decode(text)["key 77"][2].nested .. tostring(select(2, pcall(json.decode, "{broken")))`,
  ),
  evaluate(
    'spawns with data',
    'for i = 1, 20 do Spawn(ao._module, { Name = "kid " .. i, Data = string.rep("d", i * 100), Tags = { ["On-Boot"] = "Data", N = tostring(i) } }) end return "ok"',
  ),
  { name: 'characters that JSON escapes', data: '\u0000\u001f"\\/\b\f\n\r\t\u007f\u2028 ž \ud83d\udc0e' },
];
