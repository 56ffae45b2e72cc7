"""What the demo's laboratory had to do in the last days: samples, who brought them, what became of each.

Samples and clients are made up, and say so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from daq.demo_history import DAYS, STEP_ON
from daq.demo_past import NS_PER_S
from daq.demo_technician import MINUTE_NS, Assignment, Portion
from daq.lab.certificates.register import Register
from daq.lab.sessions.samples import SampleAbout

COPTIS, CHILI, SHIELD = "coptis-moisture-chp-0832-2", "direct-drying-gb-5009-3-1", "water-shield-dried-solids"
TOTAL_ASH = "coptis-total-ash-chp-2302"
DRUG, SLICES = "drug-chp-2025", "slices-chp-2025"
FIRST_NUMBER = 141
CO_OP = ("黄水镇黄连专业合作社(仿真)", "重庆市石柱县黄水镇")
FACTORY = ("三河镇辣椒加工厂(仿真)", "重庆市石柱县三河镇")
FARM = ("冷水镇莼菜基地(仿真)", "重庆市石柱县冷水镇")
WHOLE_DRUG = ("黄连(药材)", "Coptis, whole drug")
RED_CHILI = ("石柱红辣椒(干)", "Shizhu chili, dried")
WATER_SHIELD = ("莼菜", "Water-shield")
BEFORE_THE_STEP = DAYS - STEP_ON + 1
"""So many days ago the oven's thermometer passed its last check before the one that failed."""
ARRIVES_EARLIER_NS = 30 * MINUTE_NS
After = Literal["sign", "review", "report", "return"]


@dataclass(frozen=True, slots=True)
class Day:
    """A time of one of the last days."""

    days_ago: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Ago:
    """So many minutes before the demo is started; where time runs fast, what is left has to last longer."""

    minutes: int
    if_fast: int


When = Day | Ago


@dataclass(frozen=True, slots=True)
class Calendar:
    """The demo's days, as of its start."""

    register: Register
    now_ns: int
    is_fast: bool

    def at(self, when: When) -> int:
        """The time, UTC in ns."""
        if isinstance(when, Ago):
            return self.now_ns - (when.if_fast if self.is_fast else when.minutes) * MINUTE_NS
        day = self.today - timedelta(days=when.days_ago)
        begin = datetime(day.year, day.month, day.day, when.hour, when.minute, tzinfo=self.register.zone)
        return int(begin.timestamp()) * NS_PER_S

    @property
    def today(self) -> date:
        """The laboratory's day at the start."""
        return self.register.day_of(self.now_ns)

    def number(self, index: int) -> str:
        """The number of the sample of a case, counted from 0."""
        return f"HL-{self.today.year}-{FIRST_NUMBER + index:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sample, and what becomes of it."""

    begins: When
    product: tuple[str, str]
    origin: str
    client: tuple[str, str]
    assignment: Assignment | None = None
    """None: it waits for somebody to begin."""
    then: tuple[After, ...] = ("sign", "review", "report")
    """What follows its result."""

    def about(self, calendar: Calendar) -> SampleAbout:
        """What is written down when it arrives."""
        day = calendar.register.day_of(calendar.at(self.begins) - ARRIVES_EARLIER_NS)
        client, address = self.client
        return SampleAbout(
            product_zh=self.product[0],
            product_en=self.product[1],
            lot=f"{day:%Y%m%d}-1",
            client=client,
            client_address=address,
            origin=f"石柱县{self.origin}",
            amount="200 g",
            condition="密封完好,无霉变 sealed, no mould",
            sampled_by="委托方送样 by the client",
            received_on=day.isoformat(),
            note="仿真 simulated",
        )


def _portions(first: int, *grams: str, ash: tuple[str, str] = ("0", "0")) -> tuple[Portion, ...]:
    """Two determinations in dishes of running numbers."""
    return tuple(
        Portion(dish=f"dish{first + index}", sample_g=Decimal(sample_g), ash_g=Decimal(ash[index]))
        for index, sample_g in enumerate(grams)
    )


def _coptis(limit: str, material: str, portions: tuple[Portion, ...], note: str = "") -> Assignment:
    return Assignment(method=COPTIS, limit=limit, material=material, portions=portions, note=note)


def _chili(portions: tuple[Portion, ...], note: str = "", *, slips: bool = False) -> Assignment:
    return Assignment(method=CHILI, material="chili", portions=portions, note=note, slips=slips)


CHECKS_BEFORE: tuple[When, ...] = (Day(BEFORE_THE_STEP, 8, 10),)
CHECKS_SINCE: tuple[When, ...] = (Day(3, 8, 10), Day(2, 8, 10), Day(1, 8, 10), Ago(310, 230))
"""When the balance was checked; the last time before the work that is under way."""
CASES_BEFORE = (
    Case(
        begins=Day(BEFORE_THE_STEP, 8, 50),
        product=("黄连片(饮片)", "Coptis, slices"),
        origin="黄水镇",
        client=CO_OP,
        assignment=_coptis(SLICES, "coptis-slices", _portions(11, "3.0124", "2.9871")),
    ),
)
"""The oven's thermometer, found out of tolerance the next day, had a part in it."""
CASES_SINCE = (
    Case(  # 14.04 %: conforms, because the limit of 14.0 % is compared with the rounded value
        begins=Day(3, 8, 40),
        product=WHOLE_DRUG,
        origin="枫木乡",
        client=CO_OP,
        assignment=_coptis(DRUG, "coptis", _portions(11, "3.0213", "3.0687")),
    ),
    Case(
        begins=Day(3, 9, 5),
        product=RED_CHILI,
        origin="三河镇",
        client=FACTORY,
        assignment=_chili(_portions(13, "3.2045", "3.1518")),
    ),
    Case(
        begins=Day(2, 8, 45),
        product=WHOLE_DRUG,
        origin="冷水镇",
        client=CO_OP,
        assignment=Assignment(
            method=TOTAL_ASH,
            limit=DRUG,
            material="coptis",
            portions=_portions(31, "2.5132", "2.4708", ash=("0.0872", "0.0851")),
            roles=("balance", "furnace", "room"),
        ),
    ),
    Case(
        begins=Day(1, 8, 35),
        product=WHOLE_DRUG,
        origin="沙子镇",
        client=CO_OP,
        assignment=_coptis(DRUG, "coptis-coarse", _portions(11, "3.1102", "3.0425")),
        then=(),
    ),
    Case(
        begins=Day(1, 9, 0),
        product=WATER_SHIELD,
        origin="冷水镇",
        client=FARM,
        assignment=Assignment(
            method=SHIELD,
            material="water-shield",
            portions=_portions(13, "10.4127", "10.2860"),
            roles=("balance", "oven"),
        ),
        then=("sign",),
    ),
    Case(
        begins=Day(1, 9, 25),
        product=RED_CHILI,
        origin="临溪镇",
        client=FACTORY,
        assignment=_chili(_portions(15, "3.0871", "3.1740"), slips=True),
        then=("sign", "return"),
    ),
    Case(
        begins=Ago(290, 70),
        product=WHOLE_DRUG,
        origin="黄水镇",
        client=CO_OP,
        assignment=_coptis(DRUG, "coptis", _portions(21, "3.0456", "3.0092"), note="称量瓶 dish21, dish22"),
        then=(),
    ),
    Case(
        begins=Ago(200, 170),
        product=RED_CHILI,
        origin="三河镇",
        client=FACTORY,
        assignment=_chili(_portions(23, "3.1284", "3.2251"), note="称量瓶 dish23, dish24"),
        then=(),
    ),
    Case(begins=Ago(60, 30), product=WHOLE_DRUG, origin="枫木乡", client=CO_OP),
    Case(begins=Ago(45, 20), product=RED_CHILI, origin="临溪镇", client=FACTORY),
)
"""The last three days, what stands in the oven now, and what waits to be begun."""
