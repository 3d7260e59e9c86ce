"""Regions in Python; test_regions.py reads what they leave."""
import bytebound

step = bytebound.region("step")  # can be entered again
for _ in range(3):
    with step:
        pass
with bytebound.region("outer"), bytebound.region("inner"):
    pass


@bytebound.region("é")
def seven():
    return 7


print(seven())
