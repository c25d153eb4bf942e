"""The public names of this Python's asyncio, and the members that its classes define themselves."""
import asyncio
import asyncio.subprocess
import inspect


def names():
    # What a class takes over from its base is told with the base.
    found = set(asyncio.__all__)
    classes = {name: getattr(asyncio, name) for name in asyncio.__all__}
    classes |= {"Process": asyncio.subprocess.Process, "loop": asyncio.AbstractEventLoop}
    # Server has what AbstractServer and loop what the loops declare.
    told_elsewhere = {"AbstractServer", "AbstractEventLoop", "BaseEventLoop", "EventLoop", "SelectorEventLoop"}
    for name, value in classes.items():
        if inspect.isclass(value) and name not in told_elsewhere:
            members = [member for member in vars(value) if not member.startswith("_")]
            found |= {f"{name}.{member}" for member in members}
    return sorted(found)
