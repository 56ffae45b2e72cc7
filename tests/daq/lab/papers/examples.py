"""Contents of papers: coptis moisture by oven drying, as a laboratory would report it."""

import datetime
from dataclasses import replace
from decimal import Decimal

from calibration.conformity import Comparison, Decision
from daq.lab.papers.content import (
    Ambient,
    BudgetLine,
    CaptureLine,
    Deviation,
    EntryLine,
    InstrumentUsed,
    Item,
    Laboratory,
    Mark,
    MethodUsed,
    ParallelRow,
    Parallels,
    Predecessor,
    RawSheet,
    Report,
    Sample,
    Signed,
    StepDone,
    Timed,
    Working,
)
from daq.lab.results.outcome import Judgement
from daq.lab.results.words import Words
from daq.lab.sessions.evidence import Capture, Entry
from drivers.reading import Quality

ZONE = "Asia/Shanghai"
T0 = 1_795_000_000_000_000_000
"""2026-11-18."""
HOUR = 3_600_000_000_000
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="19" fill="none" '
    b'stroke="#0f5a60" stroke-width="2"/><path d="M8 14h24M20 10v20M12 30h16" stroke="#0f5a60" '
    b'stroke-width="2" fill="none"/></svg>'
)

LABORATORY = Laboratory(
    name=Words("石柱县检验检测中心", "Shizhu County Inspection and Testing Centre"),
    address=Words("重庆市石柱土家族自治县南宾街道 1 号", "1 Nanbin Street, Shizhu, Chongqing, China"),
    phone="023-0000 0000",
    marks=(Mark("CMA", "232201060123"), Mark("CNAS", "TESTING L12345")),
    logo=LOGO,
)
TECHNICIAN = Words("检测员", "technician")
METROLOGIST = Words("计量员", "metrologist")
MANAGER = Words("质量负责人", "quality manager")


def signed(name, role, meaning, hours):
    return Signed(name=name, role=role, meaning=Words(*meaning), t_ns=T0 + int(hours * HOUR))


SIGNATURES = (
    signed("李伟", TECHNICIAN, ("检测", "tested"), 52),
    signed("王芳", METROLOGIST, ("审核", "reviewed"), 54),
    signed("陈静", MANAGER, ("批准", "approved"), 55),
)
SAMPLE = Sample(
    number="HL-2026-0157",
    product=Words("黄连（药材）", "Coptis, whole drug"),
    client="石柱黄水镇黄连专业合作社",
    client_address="重庆市石柱县黄水镇",
    lot="2026-10-A",
    origin="黄水镇",
    amount="约 500 g",
    sampled_by="委托方",
    received_on="2026-11-17",
    condition="密封袋装，干燥，无霉变",
)
METHOD = MethodUsed(
    title=Words("黄连水分测定（烘干法）", "Coptis: moisture by oven drying"),
    documents=(
        "中国药典 四部 0832 水分测定法 (ChP 0832), 2025, 第二法 method 2",
        "中国药典 一部 黄连 (ChP, Coptidis Rhizoma), 2025, 检查 水分",
    ),
    version="3f" * 32,
    approved=True,
)
COPTIS = Words("黄连（药材）", "Coptis, whole drug")
ROUNDED = Judgement(
    limit="drug-chp-2025",
    product=COPTIS,
    edition="ChP 2025",
    source="中国药典 一部 黄连 (ChP, Coptidis Rhizoma)",
    lower=None,
    upper=Decimal("14.0"),
    unit="%",
    decision=Decision.PASS,
    rule="simple-acceptance",
    comparison=Comparison.ROUNDED_VALUE,
    compared=Decimal("14.0"),
    guard_band=Decimal(0),
    p_conform=0.7488,
    risk=0.2512,
)
GUARDED = replace(
    ROUNDED,
    upper=Decimal("5.0"),
    rule="guard-band-u",
    comparison=Comparison.FULL_VALUE,
    compared=Decimal("3.2714"),
    risk=0.00001,
)
MOISTURE = Item(
    name=Words("水分", "Moisture"),
    unit="%",
    reported="14.0",
    U="0.1",
    k="2.00",
    level=Decimal("0.9545"),
    verdicts=(ROUNDED,),
)
ASH = Item(
    name=Words("总灰分", "Total ash"),
    unit="%",
    reported="3.27",
    U="0.06",
    k="2.03",
    level=Decimal("0.9545"),
    verdicts=(GUARDED,),
)
PARALLELS = Parallels(
    rows=(
        ParallelRow(name=Words("称量瓶质量", "Dish"), symbol="m3", unit="g", values=("20.1234", "19.8765")),
        ParallelRow(
            name=Words("称量瓶与供试品质量", "Dish and sample"),
            symbol="m1",
            unit="g",
            values=("23.1234", "23.0265"),
        ),
        ParallelRow(
            name=Words("干燥后称量瓶与供试品质量", "Dish and dried sample"),
            symbol="m2",
            unit="g",
            values=("22.7022", "22.5855"),
        ),
        ParallelRow(name=Words("水分", "Moisture"), symbol="X", unit="%", values=("13.96", "13.94")),
    ),
    difference="0.02 %",
    allowed="≤ 0.2 %",
    accepted=True,
)
AMBIENT = (
    Ambient(
        place=Words("天平室", "Balance room"),
        quantity=Words("温度", "temperature"),
        unit="degC",
        lowest="21.8",
        highest="22.4",
        allowed="15 – 30",
    ),
    Ambient(
        place=Words("天平室", "Balance room"),
        quantity=Words("相对湿度", "relative humidity"),
        unit="%",
        lowest="49",
        highest="52",
        allowed="45 – 75",
    ),
)
BALANCE = InstrumentUsed(
    name="B-01",
    title=Words("分析天平", "Analytical balance"),
    model="XPE204",
    serial_number="B329041175",
    certificate="2026-0311",
    laboratory="重庆市计量质量检测研究院",
    valid_until=datetime.date(2027, 3, 10),
)
OVEN = InstrumentUsed(
    name="O-01",
    title=Words("电热干燥箱", "Drying oven"),
    model="DHG-9140A",
    serial_number="1509117",
    certificate="2026-0877",
    laboratory="重庆市计量质量检测研究院",
    valid_until=datetime.date(2027, 6, 30),
)
RELEASE = Deviation(
    what=Words(
        "天平 B-01 的证书 2025-0311 已于 2026-11-10 到期，仍用于本次检测",
        "Balance B-01 was used although its certificate 2025-0311 had expired on 2026-11-10",
    ),
    reason="新证书已校准未送达；当日核查合格",
    signatures=(
        signed("王芳", METROLOGIST, ("提出放行", "asked for release"), 1),
        signed("陈静", MANAGER, ("同意放行", "released"), 1.5),
    ),
)


def report(**changes):
    content = {
        "laboratory": LABORATORY,
        "number": "HL-2026-0157",
        "version": 1,
        "issued_ns": T0 + 56 * HOUR,
        "session": "S-2026-0042",
        "sample": SAMPLE,
        "method": METHOD,
        "place": Words("本中心天平室、理化室", "Balance room and chemistry room of the centre"),
        "begun_ns": T0,
        "ended_ns": T0 + 50 * HOUR,
        "items": (MOISTURE,),
        "parallels": (PARALLELS,),
        "ambient": AMBIENT,
        "instruments": (BALANCE, OVEN),
        "signatures": SIGNATURES,
        "simulated": False,
    }
    return Report(**{**content, **changes})


PREDECESSOR = Predecessor(
    number="HL-2026-0157",
    version=1,
    issued_ns=T0 + 56 * HOUR,
    check_code="7K2M-9QXR-T4WD-0HBE",
    reason="委托单位名称更正；结果不变",
)


WEIGH = Words("称空称量瓶", "Weigh the dish")
ROOM = Words("天平室环境", "Room of the balance")
SECOND = 1_000_000_000


def capture(number, raw_text, **changes):
    content = {
        "id": number,
        "session": "S-2026-0042",
        "step": "dish",
        "portion": 1,
        "into": "m3",
        "turn": 1,
        "instrument": "B-01",
        "channel": "weight",
        "channel_id": 1,
        "seq": 100_000 + 37 * number,
        "t_ns": T0 + number * 61 * SECOND + 125_000_000,
        "raw": float(raw_text),
        "raw_text": raw_text,
        "unit": "g",
        "quality": Quality.GOOD,
        "frame": f"S S     {raw_text} g\r\n".encode(),
        "value": float(raw_text) + 0.00012,
        "u": 0.00017,
        "value_unit": "g",
        "certificate": "17.2",
    }
    return Capture(**{**content, **changes})


def line(taken, **changes):
    content = {"step": WEIGH, "k": 2.0, "certificate": "2026-0311", "taken_by": "李伟"}
    return CaptureLine(capture=taken, **{**content, **changes})


CAPTURES = (
    line(
        capture(
            1,
            "22.1",
            instrument="H-01",
            channel="temperature",
            into="",
            portion=0,
            unit="degC",
            value=22.05,
            u=0.1,
            value_unit="degC",
            frame=bytes.fromhex("01 04 04 01 F2 00 DD 5B E1"),
        ),
        step=ROOM,
        certificate="2026-0520",
    ),
    line(capture(2, "20.1234")),
    line(
        capture(3, "20.1239", turn=2, struck="称量瓶上有纤维 (fibre on the dish)", quality=Quality.UNSTABLE),
        struck_by="李伟",
        struck_ns=T0 + 300 * SECOND,
    ),
    line(capture(4, "-0.0002", turn=3, value=None, u=None, certificate=""), k=None, certificate=""),
    line(capture(5, "20.1233", turn=4, quality=Quality.UNKNOWN_STABILITY)),
)
DRYING = Timed(
    step=Words("首次干燥", "First drying"),
    portion=1,
    turn=1,
    begun_ns=T0 + HOUR,
    ended_ns=T0 + 6 * HOUR + 240 * SECOND,
    demanded="≥ 5 h，100 – 105 °C",
    instrument="O-01",
    lowest="101.2 °C",
    highest="104.6 °C",
)
COOLING = Timed(
    step=Words("干燥器中放冷", "Cool in the desiccator"),
    portion=1,
    turn=1,
    begun_ns=T0 + 6 * HOUR + 300 * SECOND,
    ended_ns=None,
    demanded="≥ 30 min",
)
ENTERED = EntryLine(
    entry=Entry(
        session="S-2026-0042",
        step="volume",
        portion=1,
        into="V",
        value=Decimal("2.30"),
        account="li.wei",
        t_ns=T0 + 7 * HOUR,
        reason="滴定管读数",
    ),
    step=Words("读取水的体积", "Read the volume of water"),
    unit="mL",
    name="李伟",
)


def budget_line(quantity, value, u, sensitivity, **changes):
    content = {
        "quantity": quantity,
        "count": 1,
        "value": value,
        "u": u,
        "distribution": "normal",
        "sensitivity": sensitivity,
        "contribution": abs(u * sensitivity),
        "dof": None,
        "source": "证书 2026-0311 (17.2)",
    }
    return BudgetLine(**{**content, **changes})


WORKING = Working(
    title=Words("水分", "Moisture"),
    symbol="X",
    expression="(m1 - m2) / (m1 - m3) * 100",
    unit="%",
    portion=1,
    value="13.9600",
    u=0.0561,
    dof=37.4,
    k=2.03,
    budget=(
        budget_line(
            Words("恒重判据", "Limit of constant mass"), 0.0, 0.00289, 33.3, distribution="rectangular"
        ),
        budget_line(Words("天平示值误差", "Error of the balance"), 23.1234, 0.00017, 4.65),
        budget_line(
            Words("天平重复性", "Repeatability of the balance"), 23.1234, 0.00008, -33.3, count=3, dof=9
        ),
    ),
)


def raw_sheet(**changes):
    content = {
        "laboratory": LABORATORY,
        "session": "S-2026-0042",
        "final": True,
        "printed_ns": T0 + 57 * HOUR,
        "sample": SAMPLE,
        "method": METHOD,
        "begun_ns": T0,
        "ended_ns": T0 + 50 * HOUR,
        "captures": CAPTURES,
        "timed": (DRYING, COOLING),
        "entries": (ENTERED,),
        "steps": (
            StepDone(step=Words("粉碎供试品", "Crush the sample"), portion=0, turn=1, name="李伟", t_ns=T0),
        ),
        "parallels": (PARALLELS,),
        "workings": (WORKING,),
        "ambient": AMBIENT,
        "instruments": (BALANCE, OVEN),
        "deviations": (RELEASE,),
        "signatures": SIGNATURES[:2],
        "simulated": False,
    }
    return RawSheet(**{**content, **changes})
