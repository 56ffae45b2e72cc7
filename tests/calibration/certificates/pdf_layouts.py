"""Made-up certificates in the layouts of Chinese institutes, for the tests of the reader of PDFs."""

from tests.calibration.certificates.printed import Sheet, pdf_of

NAME = "石柱示例计量测试所"


def cover(*lines: str, title: str = "校 准 证 书") -> tuple[Sheet, float]:
    """A first page with its institute, title and lines; and the height below them."""
    sheet = Sheet()
    sheet.text(180, 20, NAME, 12)
    sheet.text(220, 40, title, 18)
    return sheet, sheet.lines(90, *lines)


def plain_cover() -> tuple[Sheet, float]:
    """The shortest one without findings."""
    return cover("证书编号: X-1", "校准日期: 2026-03-05", "出厂编号: 77")


def corrections_without_lines() -> bytes:
    """A thermometer: full-width letters, spread labels, corrections, U in a footnote, no lines."""
    sheet, y = cover(
        "证 书 编 号：ＲＤ２０２６－００９３",
        "委　托　方：某某检测中心",
        "计量器具名称：数字温度计",
        "型 号 / 规 格：DT-100",
        "出 厂 编 号：T-8841",
        "制 造 单 位：某仪器厂",
        "接收日期：2026/1/9",
        "校准日期：2026年01月12日",
        "建议复校日期：2027 年 1 月 11 日",
        "校准依据：JJF 1171-2007",
    )
    sheet.text(60, y, "批准人：张三")
    sheet.text(250, y, "核验员：李四")
    sheet.text(420, y, "校准员：王五")
    second = Sheet()
    y = second.lines(60, "校准结果", "环境条件：温度：(22.1～22.5)℃  相对湿度：（45～55）％RH")
    y = second.columns(
        y + 10,
        [
            ["标准温度(℃)", "被校示值(℃)", "修正值(℃)"],
            ["0.02", "0.10", "−0.08"],
            ["50.01", "50.00", "＋0.01"],
            ["99.95", "100.10", "－0.15"],
        ],
    )
    second.lines(y + 6, "注：扩展不确定度 U＝0.05℃，k＝2，包含概率约为95％", "以下空白")
    return pdf_of(sheet, second)


def verification() -> bytes:
    """A balance verified: verdict, end of validity, limits, no U; heads over several columns."""
    sheet, _ = cover(
        "证书编号：LX-2026-77",
        "送检单位：某食品公司",
        "计量器具名称：电子天平",
        "型号/规格：ME204",
        "出厂编号：B999",
        "检定依据：JJG 1036-2022",
        "检定结论：准予作Ⅰ级使用",
        "检定日期：2026年3月5日",
        "有效期至：2027年3月4日",
        title="检 定 证 书",
    )
    second = Sheet()
    second.ruled(
        80,
        [
            ["检定项目", "示值误差", "<", "<"],
            ["载荷(g)", "示值(g)", "误差(mg)", "最大允许误差(mg)"],
            ["0.1", "0.1000", "0.0", "±0.5"],
            ["50", "50.0002", "0.2", "±0.5"],
            ["200", "199.9997", "-0.3", "±1.0"],
        ],
        width=115,
    )
    return pdf_of(sheet, second)


HEAD = ["标准值/g", "示值/g", "误差/mg", "U/mg (k=2)"]


def adjusted_over_two_pages() -> bytes:
    """As found and as left, mg beside g, the second table going on over the page, one lost minus."""
    sheet, y = cover(
        "证书编号: X-1", "校准日期: 2026-03-02 ～ 2026-03-05", "出厂编号: 77", "1. 调整前示值误差"
    )
    y = sheet.ruled(y, [HEAD, ["10", "10.0003", "0.3", "0.1"], ["100", "100.0020", "2.0", "0.2"]])
    y = sheet.lines(y + 10, "2. 调整后示值误差")
    sheet.ruled(y, [HEAD, ["10", "10.0000", "0.0", "0.1"], ["100", "99.9998", "0.2", "0.2"]])
    second = Sheet()
    second.ruled(60, [HEAD, ["150", "150.0000", "0.0", "0.3"], ["200", "200.0001", "0.1", "0.4"]])
    return pdf_of(sheet, second)


def many_tables() -> bytes:
    """Transposed; units in a line of their own; weights in mg, g and kg; a platinum resistor."""
    sheet, y = plain_cover()
    y = sheet.lines(y, "表1 温度校准结果 (k=2)")
    y = sheet.ruled(
        y,
        [
            ["标准值(℃)", "10.0", "20.0", "30.0"],
            ["示值(℃)", "10.2", "20.1", "29.9"],
            ["误差(℃)", "0.2", "0.1", "-0.1"],
            ["U(℃)", "0.3", "0.3", "0.4"],
        ],
    )
    y = sheet.lines(y + 10, "表2 湿度校准结果")
    y = sheet.columns(
        y,
        [
            ["标准值", "示值", "修正值", "U"],
            ["(%RH)", "(%RH)", "(%RH)", "(%RH,k=2)"],
            ["40.0", "42", "-2.0", "1.5"],
            ["60.0", "61", "-1.0", "1.5"],
        ],
    )
    y = sheet.lines(y + 10, "表3 砝码")
    y = sheet.ruled(
        y,
        [
            ["标称值", "折算质量修正值(mg)", "U(mg),k=2", "等级"],
            ["100 mg", "+0.001", "0.002", "E2"],
            ["1 kg", "+0.3", "0.5", "E2"],
        ],
        width=110,
    )
    y = sheet.lines(y + 10, "表4 电阻值")
    sheet.ruled(
        y,
        [
            ["温度 t (℃)", "电阻值 R (Ω)", "U (℃)", "k"],
            ["0", "100.012", "0.02", "2"],
            ["100", "138.520", "0.03", "2.1"],
        ],
    )
    return pdf_of(sheet)


def form_and_standards() -> bytes:
    """A cover as a ruled form with translations half a line off; standards without lines, one expired."""
    sheet = Sheet()
    sheet.text(200, 30, "CALIBRATION CERTIFICATE", 16)
    y = sheet.ruled(
        70,
        [
            ["证书编号", "ZJ-2026-9", "校准日期", "2026.03.05"],
            ["Certificate No.", "^", "Date of calibration", "^"],
            ["客户名称", "示例药业有限公司", "出厂编号", "HX-77"],
            ["器具名称", "温湿度计", "型号/规格", "TH-1"],
            ["制造厂", "某厂", "管理编号", "/"],
        ],
        width=115,
    )
    sheet.lines(y + 20, "重庆市示例计量质量检测研究院", "授权证书号：（国）法计（2020）01001号")
    second = Sheet()
    y = second.lines(50, "校准使用的计量标准器")
    y = second.columns(
        y,
        [
            ["名称", "编号", "准确度等级", "证书编号", "有效期至"],
            ["标准铂电阻", "S-1", "U=0.01℃ k=2", "RDbz2025-01", "2026-01-31"],
            ["恒温槽", "C-2", "/", "RDbz2025-02", "2026-12-31"],
        ],
        width=100,
        x=30,
    )
    y = second.lines(y + 10, "2 Results")
    y = second.columns(
        y,
        [
            ["Reference", "Reading", "Error", "Uncertainty", "k"],
            ["(°C)", "(°C)", "(°C)", "U (°C)", ""],
            ["20.012", "20.1", "0.1", "0.2", "2.00"],
            ["30.020", "—", "—", "—", "—"],
            ["40.031", "40.2", "0.2", "0.2", "2.13"],
        ],
        width=100,
        x=30,
    )
    second.lines(y, "The coverage probability is approximately 95 %.")
    return pdf_of(sheet, second)


def two_quantities() -> bytes:
    """Temperature and humidity side by side, each with its own U in the text; a comma; a relative U."""
    sheet, y = plain_cover()
    y = sheet.ruled(
        y,
        [
            ["温度(℃)", "<", "<", "湿度(%RH)", "<", "<"],
            ["标准值", "示值", "误差", "标准值", "示值", "误差"],
            ["10.0", "10.1", "0.1", "40", "42", "2"],
            ["20.0", "20.3", "0.3", "60", "61", "1"],
        ],
        width=75,
    )
    y = sheet.lines(y + 10, "温度: U=0.3℃, k=2; 湿度: U=2%RH, k=2", "二、示值误差")
    y = sheet.columns(
        y,
        [
            ["标准值(g)", "示值(g)", "U (g) k=2"],
            ["100.000 02", "100.000 1", "1.2×10⁻⁴"],
            ["0,5", "0.5", "0.1"],
        ],
        width=120,
    )
    y = sheet.lines(y + 10, "三、湿度", "Urel=2.5%,k=2")
    sheet.columns(y, [["参考值", "仪器读数"], ["40.0 %RH", "41.0 %RH"], ["60.0 %RH", "62.5 %RH"]], width=120)
    return pdf_of(sheet)


def frame_only() -> bytes:
    """Lines only around the table and below its head."""
    sheet, y = plain_cover()
    y = sheet.lines(y, "示值误差校准结果 U=0.02g，k=2")
    for x in (60, 150, 240, 330):
        sheet.stroke(x, y, x, y + 90)
    for height in (y, y + 20, y + 90):
        sheet.stroke(60, height, 330, height)
    rows = [
        ["标准值 g", "示值 g", "误差 g"],
        ["1.00", "1.01", "0.01"],
        ["2.00", "2.00", "0.00"],
        ["5.00", "5.01", "0.01"],
    ]
    sheet.columns(y + 5, rows)
    sheet.lines(y + 110, "最大秤量：220g", "检定分度值e：1mg", "10次测量标准偏差 s=0.004 g")
    return pdf_of(sheet)


def halves_and_stages() -> bytes:
    """A table in two halves side by side; columns before and after an adjustment; U by ranges."""
    sheet, y = plain_cover()
    y = sheet.lines(y, "二、示值误差")
    sheet.text(350, y, "单位：mg")
    y = sheet.columns(
        y + 20,
        [
            ["称量点(g)", "误差", "称量点(g)", "误差"],
            ["100", "0.1", "500", "0.4"],
            ["200", "0.2", "1000", "0.6"],
        ],
    )
    y = sheet.lines(
        y + 10,
        "扩展不确定度 U=0.2 mg (k=2)",
        "三、温度",
        "不确定度：U=0.2℃（10℃～20℃），U=0.3℃（20℃～30℃），k=2。",
    )
    sheet.columns(
        y + 4, [["参考值℃", "调前示值℃", "调后示值℃"], ["10.0", "10.5", "10.0"], ["30.0", "30.7", "30.1"]]
    )
    return pdf_of(sheet)


def ranges_and_glass_thermometer() -> bytes:
    """Two ranges with a U each below its heading; a verified thermometer, corrections at nominal points."""
    sheet, y = plain_cover()
    y = sheet.lines(y, "（一）量程：0 g～50 g", "扩展不确定度U=0.1mg，k=2")
    head = [["标准值", "示值", "误差", "结论"], ["g", "g", "mg", ""]]
    y = sheet.columns(y, [*head, ["10", "10.0001", "0.1", "合格"], ["50", "50.0000", "0", "合格"]], width=60)
    y = sheet.lines(y + 8, "（二）量程：50 g～220 g", "扩展不确定度U=0.3mg，k=2")
    y = sheet.columns(
        y, [*head, ["100", "100.0001", "0.1", "合格"], ["200", "199.9995", "-0.5", "合格"]], width=60
    )
    second = Sheet()
    y = second.lines(
        60,
        "使用的计量标准装置名称：标准水银温度计标准装置",
        "测量范围：(-30～300)℃   不确定度/准确度等级：",
        "U=0.03℃，k=2.5",
        "校准结果",
    )
    second.ruled(y, [["温度点（℃）", "0", "10", "20"], ["修正值（℃）", "+0.05", "0.00", "－0.05"]], width=80)
    return pdf_of(sheet, second)


def moisture_analyser() -> bytes:
    """Per cent of moisture, a unit for a whole table beside its heading, heads of two lines with limits."""
    sheet, y = plain_cover()
    y = sheet.lines(y, "1、水分含量示值误差")
    y = sheet.ruled(
        y,
        [
            ["标准值(%)", "示值(%)", "示值误差(%)", "U(%),k=2"],
            ["15.66", "15.70", "0.04", "0.05"],
            ["5.00", "4.98", "-0.02", "0.05"],
        ],
    )
    y = sheet.lines(y + 6, "2、温度示值误差    单位：℃")
    y = sheet.ruled(
        y,
        [["设定值", "实际值", "示值误差", "扩展不确定度(k=2)"], ["105.0", "104.2", "0.8", "0.5"]],
        width=110,
    )
    y = sheet.lines(y + 6, "3、称量示值误差")
    y = sheet.ruled(
        y,
        [
            ["载荷 m", "仪器示值 I", "误差 E", "最大允许误差 MPE", "扩展不确定度 U"],
            ["(g)"] * 5,
            ["1", "1.000", "0.000", "±0.005", "0.002"],
            ["50", "50.002", "0.002", "±0.010", "0.002"],
        ],
        width=100,
    )
    sheet.lines(y, "包含因子 k=2")
    return pdf_of(sheet)


def bold_in_a_frame() -> bytes:
    """A frame around the page, heads printed twice for bold, few strokes; errors called corrections."""
    sheet, y = cover("证书编号: X-1", "校准日期: 2026-03-05", "出厂编号: 77", "1 示值误差校准结果")
    for x0, y0, x1, y1 in ((20, 10, 575, 10), (575, 10, 575, 830), (575, 830, 20, 830), (20, 830, 20, 10)):
        sheet.stroke(x0, y0, x1, y1)
    sheet.stroke(60, y, 440, y)
    for i, name in enumerate(["标准值", "示值", "修正值", "U"]):
        for shift in (0, 0.3):
            sheet.text(60 + i * 90 + shift, y + 4, name)
            sheet.text(60 + i * 90 + shift, y + 20, "℃")
    sheet.stroke(60, y + 34, 440, y + 34)
    rows = [["10.00", "10.10", "0.10", "0.04"], ["30.00", "29.90", "-0.10", "0.04"]]
    y = sheet.columns(y + 40, rows, x=40)
    sheet.lines(y + 4, "U的包含因子k=2，包含概率p=95%。")
    second = Sheet()
    second.lines(40, "证书编号: X-1      第 2 页 共 2 页", "以下空白")
    return pdf_of(sheet, second)
