#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# python's asyncio: a hundred connections at once, and datagrams.
. "$(dirname "$0")/../lib.sh"
need python3
enter_view

two_stacks
cat >"$tmp/server.py" <<'EOF'
import asyncio

class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)

async def serve(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()

async def main():
    await asyncio.get_running_loop().create_datagram_endpoint(
        Echo, local_addr=("10.0.0.1", 7))
    server = await asyncio.start_server(serve, "10.0.0.1", 7)
    await server.serve_forever()

asyncio.run(main())
EOF
cat >"$tmp/client.py" <<'EOF'
import asyncio

async def one(i):
    reader, writer = await asyncio.open_connection("10.0.0.1", 7)
    text = str(i).encode() * 1000
    writer.write(text)
    assert await reader.readexactly(len(text)) == text
    writer.close()
    await writer.wait_closed()

class Ask(asyncio.DatagramProtocol):
    def __init__(self, answer):
        self.answer = answer
    def connection_made(self, transport):
        transport.sendto(b"datagram")
    def datagram_received(self, data, addr):
        self.answer.set_result(data)

async def main():
    await asyncio.gather(*(one(i) for i in range(100)))
    loop = asyncio.get_running_loop()
    answer = loop.create_future()
    await loop.create_datagram_endpoint(
        lambda: Ask(answer), remote_addr=("10.0.0.1", 7))
    assert await asyncio.wait_for(answer, 10) == b"datagram"
    print("fine")

asyncio.run(main())
EOF
serve a 7 python3 "$tmp/server.py"
expect 0 fine on b python3 "$tmp/client.py"
finish
