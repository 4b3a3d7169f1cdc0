-- A shop that is paid in the token and, when asked to restock, pays its supplier half of what it has.
Token = Token or '%TOKEN%'
Supplier = Supplier or '%SUPPLIER%'
Takings = Takings or {}

Handlers.add('credit', 'Credit-Notice', function(msg)
  assert(msg.From == Token, 'Only the token credits')
  table.insert(Takings, msg.Tags.Sender .. ' paid ' .. msg.Tags.Quantity)
end)

Handlers.add('restock', 'Restock', function(msg)
  -- Waits for the other process in the middle of this handler; messages in between are handled meanwhile.
  local reply = Send({ Target = Token, Action = 'Balance' }).receive()
  local half = tostring(math.floor(tonumber(reply.Tags.Balance) / 2))
  Send({ Target = Token, Action = 'Transfer', Recipient = Supplier, Quantity = half })
  msg.reply({ Paid = half })
end)
