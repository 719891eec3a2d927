// Signs what Kratos posts, for sources.<name>.auth of type envelope. Kratos v25.4 and later: older
// ones have no std.sha256. postrider checks `mac` over the exact text of `payload`, then reads it.
local key = 'PUT-THE-KEY-HERE';
function(ctx)
  local payload = std.manifestJsonMinified(ctx);
  { payload: payload, mac: std.sha256(key + std.sha256(key + payload)) }
