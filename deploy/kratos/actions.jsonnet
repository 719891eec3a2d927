// What a security notice needs of an Ory Action's ctx, and nothing else: no cookies, no tokens, no
// CSRF values. Nothing here fails when a key is missing: a failing jsonnet would fail the flow.
function(ctx)
  local get(from, key) = if std.isObject(from) && std.objectHas(from, key) then from[key] else null;
  local pick(from, keys) = { [key]: from[key] for key in keys if get(from, key) != null };
  local person(identity) =
    if std.isObject(identity) then pick(identity, ['id', 'traits', 'metadata_public', 'verifiable_addresses']) else null;
  local list(value) = if std.isArray(value) then value else [];
  local flow = get(ctx, 'flow');
  // What can be removed tells what is there; the others tell that it is a settings flow.
  local names = [
    'totp_unlink', 'totp_code', 'lookup_secret_disable', 'lookup_secret_reveal', 'lookup_secret_regenerate',
    'webauthn_remove', 'webauthn_register', 'passkey_remove', 'passkey_settings_register', 'unlink', 'link',
  ];
  local nodes = [
    { attributes: pick(node.attributes, ['name'] + (if std.endsWith(node.attributes.name, '_remove') || node.attributes.name == 'unlink' then ['value'] else [])) }
    for node in list(get(get(flow, 'ui'), 'nodes'))
    if std.isString(get(get(node, 'attributes'), 'name')) && std.member(names, node.attributes.name)
  ];
  local devices = list(get(get(ctx, 'session'), 'devices'));
  {
    flow: pick(flow, ['id', 'transient_payload']) + { identity: person(get(flow, 'identity')), ui: { nodes: nodes } },
    identity: person(get(ctx, 'identity')),
    session: { devices: [pick(device, ['ip_address', 'user_agent', 'location']) for device in devices if std.isObject(device)] },
    request_headers: pick(get(ctx, 'request_headers'), [
      'Accept-Language', 'User-Agent', 'True-Client-Ip', 'Cf-Connecting-Ip', 'X-Real-Ip', 'X-Forwarded-For',
      'Cf-Ipcountry', 'X-Vercel-Ip-Country', 'Cloudfront-Viewer-Country',
    ]),
  }
