"""The world of the picture book: things, background colours, motions, and the splits that no training sees.

Every thing names its icons in emoji sets published as `@iconify-json/*` (bundle card: licences).
"""

from dataclasses import dataclass

ICON_SETS = ("noto", "noto-v1", "fluent-emoji-flat", "twemoji", "fxemoji")


@dataclass(frozen=True)
class Thing:
    name: str
    category: str
    synonyms: tuple[str, ...]
    icons: tuple[str, ...]  # candidates, the first one that a set has is taken


def _things(category: str, rows: str) -> list[Thing]:
    """One thing a line: name | synonyms | icon candidates (name-face, name by default)."""
    things = []
    for row in rows.strip().splitlines():
        name, synonyms, icons = (part.strip() for part in (row + "||").split("|")[:3])
        candidates = tuple(icons.split()) if icons else (f"{name}-face", name)
        things.append(Thing(name, category, tuple(s.strip() for s in synonyms.split(",") if s.strip()), candidates))
    return things


THINGS: list[Thing] = [
    *_things(
        "animal",
        """
dog | puppy, hound
cat | kitten, kitty
horse | pony
cow | cattle
pig | piglet
elephant | |elephant
lion
tiger
bear
monkey
rabbit | bunny
mouse
fox
frog | toad
turtle | tortoise | turtle
snake | serpent | snake
fish | | tropical-fish fish
whale | | spouting-whale whale
octopus | squid | octopus
crab | | crab
snail | slug | snail
butterfly | moth | butterfly
spider | | spider
penguin | | penguin
owl | | owl
duck | duckling | duck
chicken | hen | chicken
camel | | camel
koala | | koala
panda
""",
    ),
    *_things(
        "food",
        """
apple | | red-apple
banana | | banana
lemon | | lemon
grapes | | grapes
cherries | | cherries
strawberry | | strawberry
pineapple | | pineapple
watermelon | | watermelon
tomato | | tomato
carrot | | carrot
mushroom | toadstool | mushroom
cheese | | cheese-wedge
hamburger | burger | hamburger
pizza | | pizza
cookie | biscuit | cookie
doughnut | donut | doughnut
""",
    ),
    *_things(
        "vehicle",
        """
car | automobile | automobile
bus | coach | bus
taxi | cab | taxi
bicycle | bike | bicycle
airplane | plane | airplane
rocket | spaceship | rocket
helicopter | chopper | helicopter
sailboat | boat | sailboat
tractor | | tractor
motorcycle | motorbike | motorcycle
""",
    ),
    *_things(
        "object",
        """
key | | key
umbrella | | umbrella
hammer | | hammer
guitar | | guitar
trumpet | | trumpet
violin | fiddle | violin
bell | | bell
camera | | camera
balloon | | balloon
crown | | crown
star | | glowing-star star
cactus | | cactus
house | home | house
candle | | candle
ring | | ring
television | telly | television
""",
    ),
]
NAMES = [thing.name for thing in THINGS]
INDEX = {name: index for index, name in enumerate(NAMES)}
CATEGORIES = {
    "animal": ("animal", "creature", "beast"),
    "food": ("food", "snack", "something to eat"),
    "vehicle": ("vehicle", "something to ride"),
    "object": ("object", "item"),
}

# name: (synonyms, RGB in 0..255)
COLOURS: dict[str, tuple[tuple[str, ...], tuple[int, int, int]]] = {
    "red": (("crimson", "scarlet"), (214, 48, 49)),
    "green": (("emerald",), (46, 160, 67)),
    "blue": (("azure",), (40, 96, 220)),
    "yellow": (("golden",), (250, 208, 44)),
    "purple": (("violet",), (142, 68, 173)),
    "white": (("snowy",), (246, 246, 246)),
    "black": (("dark",), (24, 24, 28)),
    "pink": (("rosy",), (250, 150, 190)),
}
COLOUR_NAMES = list(COLOURS)

# name: forms used in captions
MOTIONS: dict[str, tuple[str, ...]] = {
    "still": ("still", "standing still", "resting"),
    "bouncing": ("bouncing", "hopping", "jumping"),
    "spinning": ("spinning", "turning", "rotating"),
    "sliding": ("sliding", "gliding", "drifting"),
    "pulsing": ("pulsing", "throbbing", "growing and shrinking"),
}
MOTION_NAMES = list(MOTIONS)


def held_out_style(thing: int, style: int) -> bool:
    """One style x thing pair in sixteen is never trained on (icon `style` of thing `thing`)."""
    return (thing * 7 + style * 5) % 16 == 3


def split_styles(thing: int, count: int, train: bool) -> list[int]:
    """Styles of a thing in the training split, or those held out (none for most things)."""
    return [style for style in range(count) if held_out_style(thing, style) != train]
