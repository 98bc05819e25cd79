"""A way to PostgreSQL that is cut at one message: before the server gets it, or after it has carried it out.

Usage: cutting_database.py SOCKET FOLDER. Prints its port. FOLDER/order holds {"id": …, "cut": n, "after": bool}, read at
each connection; a new id counts from 0 again. FOLDER/count holds how many queries came through since.
"""

import asyncio
import json
import struct
import sys

SOCKET, FOLDER = sys.argv[1:3]
NEGOTIATIONS = (80877103, 80877104)


class State:
    order = {"id": None, "cut": 0, "after": False}
    count = 0

    def read(self):
        with open(f"{FOLDER}/order") as file:
            order = json.load(file)
        if order["id"] != self.order["id"]:
            self.order, self.count = order, 0
            self.note()

    def note(self):
        with open(f"{FOLDER}/count", "w") as file:
            file.write(str(self.count))

    def query(self):
        """Counts a query; whether the connection is cut at it."""
        self.count += 1
        self.note()
        return self.count == self.order["cut"]


STATE = State()


class Link:
    def __init__(self, client_in, client_out):
        self.client_in, self.client_out = client_in, client_out
        self.is_swallowing = False

    async def run(self):
        STATE.read()
        while True:
            size = await self.client_in.readexactly(4)
            rest = await self.client_in.readexactly(struct.unpack("!I", size)[0] - 4)
            if struct.unpack("!I", rest[:4])[0] not in NEGOTIATIONS:
                break
            self.client_out.write(b"N")
        self.server_in, self.server_out = await asyncio.open_unix_connection(SOCKET)
        self.server_out.write(size + rest)
        ways = [asyncio.create_task(self.there()), asyncio.create_task(self.back())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()

    @staticmethod
    async def message(stream):
        head = await stream.readexactly(5)
        return head[:1], head + await stream.readexactly(struct.unpack("!I", head[1:])[0] - 4)

    async def there(self):
        while True:
            kind, message = await self.message(self.client_in)
            if kind in b"QS" and STATE.query():
                if not STATE.order["after"]:
                    return
                self.is_swallowing = True
            self.server_out.write(message)
            await self.server_out.drain()

    async def back(self):
        while True:
            kind, message = await self.message(self.server_in)
            if self.is_swallowing:
                if kind == b"Z":
                    return
                continue
            self.client_out.write(message)
            await self.client_out.drain()


async def serve(client_in, client_out):
    link = Link(client_in, client_out)
    try:
        await link.run()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        client_out.close()
        if hasattr(link, "server_out"):
            link.server_out.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
