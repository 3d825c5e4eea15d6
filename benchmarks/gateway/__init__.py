from benchmarks.gateway import speed


async def run(seed: int):
    return await speed.measure()
