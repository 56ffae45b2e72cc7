"""Certificate files that the tests change."""

BALANCE = """
format = "hengliang-certificate-1"
[certificate]
number = "LX-2026-0417"
kind = "calibration"
laboratory = "County Institute of Metrology"
calibrated_on = 2026-03-02
in_force_from = 2026-03-05T00:00:00+08:00
valid_until = 2027-03-05T00:00:00+08:00
level = 0.9545
entered_by = "Wang Fang"
checked_by = "Li Jun"
[equipment]
name = "B-01"
serial_number = "B123456789"
channel = "mass"
quantity = "mass"
unit = "g"
[in_use]
resolution = 0.0001
repeatability = 0.00008
repeatability_dof = 9
[curve]
kind = "polynomial"
unit = "mg"
degree = 1
[[point]]
reference = 0.0
indication = 0.0
U = 0.10
k = 2
[[point]]
reference = 100.00002
indication = 100.0001
error = 0.08
U = 0.15
k = 2
[[point]]
reference = 200.00005
indication = 200.0003
correction = -0.25
U = 0.20
k = 2
"""

COEFFICIENTS = (
    BALANCE.split("[curve]")[0]
    + """
[curve]
kind = "polynomial"
unit = "mg"
gives = "error"
coefficients = [0.1, -0.0012]
covariance = [[1.6e-3, -1.8e-5], [-1.8e-5, 8.1e-7]]
range = [-0.01, 220.0]
"""
)

TABLE = BALANCE.replace('kind = "polynomial"', 'kind = "table"').replace("degree = 1", "non_linearity = 0.05")
