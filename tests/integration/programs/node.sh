#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# node: http server on one stack, client on another.
. "$(dirname "$0")/../lib.sh"
need node
enter_view

two_stacks
cat >"$tmp/server.js" <<'EOF'
require('http').createServer((request, response) =>
	request.pipe(response)).listen(8080, '10.0.0.1');
EOF
cat >"$tmp/client.js" <<'EOF'
const size = 1000000;
let left = 10, bytes = 0;
for (let i = left; i > 0; i--) {
	const request = require('http').request(
		{ host: '10.0.0.1', port: 8080, method: 'POST' }, response => {
			response.on('data', chunk => bytes += chunk.length);
			response.on('end', () => {
				if (--left == 0)
					console.log('echoed', bytes);
			});
		});
	request.end(Buffer.alloc(size));
}
EOF
serve a 8080 node "$tmp/server.js"
expect 0 "echoed 10000000" on b node "$tmp/client.js"
finish
