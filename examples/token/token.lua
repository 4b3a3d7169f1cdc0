-- A token whose only minter is the process's owner. Amounts are whole numbers of up to 256 bits, written as text.
local bint = require('.bint')(256)

Balances = Balances or {}
Supply = Supply or '0'

local function amount(msg)
  local quantity = bint.tobint(msg.Tags.Quantity)
  assert(quantity and quantity > 0, 'Quantity must be a whole number above zero')
  return quantity
end

local function balance(address)
  return bint(Balances[address] or '0')
end

local function change(address, by)
  Balances[address] = tostring(balance(address) + by)
end

local function notice(target, action, fields)
  fields.Target = target
  fields.Action = action
  Send(fields)
end

Handlers.add('mint', 'Mint', function(msg)
  assert(msg.From == Owner, 'Only the owner mints')
  local quantity = amount(msg)
  change(msg.Tags.Recipient or msg.From, quantity)
  Supply = tostring(bint(Supply) + quantity)
end)

Handlers.add('transfer', 'Transfer', function(msg)
  local quantity = amount(msg)
  local recipient = assert(msg.Tags.Recipient, 'Recipient is missing')
  -- The sender pays before it is known whether it can: the error undoes this line and everything before it.
  change(msg.From, -quantity)
  assert(balance(msg.From) >= 0, 'The balance does not cover ' .. tostring(quantity))
  change(recipient, quantity)
  notice(msg.From, 'Debit-Notice', { Recipient = recipient, Quantity = tostring(quantity) })
  notice(recipient, 'Credit-Notice', { Sender = msg.From, Quantity = tostring(quantity) })
end)

Handlers.add('balance', 'Balance', function(msg)
  msg.reply({ Balance = tostring(balance(msg.Tags.Recipient or msg.From)), Data = Balances })
end)
