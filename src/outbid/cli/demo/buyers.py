"""The example buyers as a process: `python -m outbid.cli.demo.buyers --port 8801 --seed 1`."""

import argparse
import sys
from collections.abc import Sequence

from outbid.cli.demo.buying.fleet import Fleet
from outbid.cli.demo.buying.serve import Server
from outbid.cli.demo.lifetime import run, watch_for_end


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end. Says one line when it is ready."""
    parser = argparse.ArgumentParser(prog="outbid.cli.demo.buyers", description="Example buyers on loopback.")
    parser.add_argument("--port", type=int, default=8801, help="port on 127.0.0.1; 0 lets the system choose")
    parser.add_argument("--seed", type=int, default=1, help="what the buyers' decisions are drawn from")
    options = parser.parse_args(arguments)
    return run(_serve(options.port, options.seed))


async def _serve(port: int, seed: int) -> int:
    end = watch_for_end()
    fleet = Fleet(seed)
    server = Server(fleet.answer)
    try:
        chosen = await server.start(port)
    except (OSError, OverflowError) as error:
        print(f"The example buyers cannot listen on 127.0.0.1:{port}: {error}", file=sys.stderr)
        return 1
    print(f"ready: {len(fleet.buyers)} example buyers at http://127.0.0.1:{chosen}", flush=True)
    await end.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
