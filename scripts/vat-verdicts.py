"""Prints VAT numbers made at random, and whether python-stdnum takes them: "valid IT12345670488".

    pip install python-stdnum
    python3 scripts/vat-verdicts.py 24 > test/modules/customers/rules/vat-verdicts.txt
    npx vitest run test/modules/customers/rules/vat.test.ts

The first argument is how many valid and how many invalid numbers of each country are wanted; with another number of
them (5000, say) the test compares as many. Left out are two deviations that we want: numbers of zeros only (python-stdnum
takes some), and Swiss numbers without their suffix (it refuses them; people write them).
"""

import random
import sys

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 24
random.seed(2026)
DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def some(count, signs=DIGITS):
    return "".join(random.choice(signs) for _ in range(count))


def day():
    """A day of birth as numbers of persons hold it; the month may carry the century or the sex."""
    month = random.choice([1, 6, 12, 13, 21, 32, 33, 41, 50, 51, 55, 62, 71, 82])
    return "%02d%02d%02d" % (random.randint(0, 99), month, random.randint(0, 32))


def british():
    kind = random.choice(["GD", "HA"])
    return random.choice([some(9), "0" + some(8), some(12), kind + some(3), kind + "8888" + some(5)])


def irish():
    second = random.choice([some(1), random.choice(LETTERS + "+*")])
    return some(1) + second + some(5) + some(random.choice([1, 2]), LETTERS[:24])


def romanian_person():
    county = random.choice(["01", "09", "20", "40", "48", "49", "50", "51", "52", "53", "70", "80", "83", "84"])
    return some(1) + day() + county + some(4)


SHAPES = {
    "AT": lambda: random.choice(["U" + some(8), some(9)]),
    "BE": lambda: random.choice("0123") + some(9),
    "BG": lambda: random.choice([some(9), some(10), day() + some(4)]),
    "CH": lambda: "E" + some(9) + random.choice(["MWST", "TVA", "IVA", "TPV", "VAT"]),
    "CY": lambda: random.choice([some(2), "12", "60"]) + some(6) + some(1, LETTERS),
    "CZ": lambda: random.choice([some(8), "6" + some(8), day() + some(3), day() + some(4)]),
    "DE": lambda: some(9),
    "DK": lambda: some(8),
    "EE": lambda: some(9),
    "EL": lambda: some(9),
    "ES": lambda: some(1, DIGITS + LETTERS) + some(7) + some(1, DIGITS + LETTERS),
    "FI": lambda: some(8),
    "FR": lambda: random.choice([some(2), some(2, DIGITS + LETTERS)]) + random.choice(["000" + some(6), some(9)]),
    "GB": british,
    "HR": lambda: some(11),
    "HU": lambda: some(8),
    "IE": irish,
    "IT": lambda: random.choice([some(11), some(7) + random.choice(["000", "101", "120", "121", "888", "999"]) + some(1)]),
    "LT": lambda: random.choice([some(7) + "1" + some(1), some(10) + "1" + some(1), some(9)]),
    "LU": lambda: some(8),
    "LV": lambda: random.choice([some(11), "32" + some(9), "%02d%02d" % (random.randint(0, 32), random.randint(0, 13)) + some(7)]),
    "MT": lambda: some(8),
    "NL": lambda: some(9) + "B" + some(2),
    "NO": lambda: some(9) + random.choice(["MVA", "MVA", "MVA", ""]),
    "PL": lambda: some(10),
    "PT": lambda: some(9),
    "RO": lambda: random.choice([some(random.randint(1, 10)), romanian_person()]),
    "SE": lambda: some(10) + random.choice(["01", "01", "02"]),
    "SI": lambda: some(8),
    "SK": lambda: random.choice([some(10), day() + some(4), day() + some(3)]),
    "SM": lambda: some(random.randint(1, 6)),
    "XI": british,
}
MODULES = {"EL": ("gr", "vat"), "XI": ("gb", "vat"), "NO": ("no", "mva"), "SM": ("sm", "coe")}

for country, shape in SHAPES.items():
    module = get_cc_module(*MODULES.get(country, (country.lower(), "vat")))
    left, seen = {"valid": wanted, "invalid": wanted}, set()
    for _ in range(20000 + 2000 * wanted):
        if not any(left.values()):
            break
        bare = shape()
        if bare in seen or not bare.strip("0E"):
            continue
        seen.add(bare)
        number = country + bare
        try:
            module.validate(bare if country == "SM" else number)
            verdict = "valid"
        except ValidationError:
            verdict = "invalid"
        if left[verdict]:
            left[verdict] -= 1
            print(verdict, number)
