"""Short forms and former names as people write them: the one table by which searching and comparing read a text."""

from __future__ import annotations

import re
from typing import Final

# Folded; a form with two meanings stands here with the one that businesses mean when they ask a department.
SHORT: Final = {
    "atld": "an toan lao dong", "attp": "an toan thuc pham", "bhxh": "bao hiem xa hoi", "bhyt": "bao hiem y te",
    "ccn": "cum cong nghiep", "cds": "chuyen doi so", "cnht": "cong nghiep ho tro", "cp": "co phan",
    "cty": "cong ty", "dc": "duoc", "dk": "dang ky", "dkdn": "dang ky doanh nghiep",
    "dkkd": "dang ky kinh doanh", "dmt": "dien mat troi", "dn": "doanh nghiep",
    "dnnvv": "doanh nghiep nho va vua", "dntn": "doanh nghiep tu nhan", "dtm": "danh gia tac dong moi truong",
    "dvc": "dich vu cong", "fta": "hiep dinh thuong mai tu do", "gcn": "giay chung nhan", "gp": "giay phep",
    "gpkd": "giay phep kinh doanh", "gpld": "giay phep lao dong", "gpxd": "giay phep xay dung",
    "gtgt": "gia tri gia tang", "gtvt": "giao thong van tai", "hdld": "hop dong lao dong", "hkd": "ho kinh doanh",
    "hs": "ho so", "hsmt": "ho so moi thau", "htx": "hop tac xa", "k": "khong", "kcn": "khu cong nghiep",
    "kcx": "khu che xuat", "kd": "kinh doanh", "kg": "khong", "khcn": "khoa hoc cong nghe",
    "khdt": "ke hoach va dau tu", "kkt": "khu kinh te", "ko": "khong", "ldtbxh": "lao dong thuong binh va xa hoi",
    "mst": "ma so thue", "mtv": "mot thanh vien", "nk": "nhap khau", "nld": "nguoi lao dong",
    "nlmt": "nang luong mat troi", "nnmt": "nong nghiep va moi truong",
    "nnptnt": "nong nghiep va phat trien nong thon", "nnt": "nguoi nop thue", "nsnn": "ngan sach nha nuoc",
    "pakn": "phan anh kien nghi", "pccc": "phong chay chua chay", "qd": "quyet dinh", "qh": "quy hoach",
    "qltt": "quan ly thi truong", "sct": "so cong thuong", "sdt": "so dien thoai", "sme": "doanh nghiep nho va vua",
    "sx": "san xuat", "tmdt": "thuong mai dien tu", "tndn": "thu nhap doanh nghiep",
    "tnmt": "tai nguyen va moi truong", "tthc": "thu tuc hanh chinh", "tttt": "thong tin va truyen thong",
    "ubnd": "uy ban nhan dan", "vat": "gia tri gia tang", "vb": "van ban",
    "vsattp": "ve sinh an toan thuc pham", "xk": "xuat khau", "xnk": "xuat nhap khau",
    "xttm": "xuc tien thuong mai",
}  # fmt: skip
# Forms that hold more than letters, before a text is taken apart.
WHOLE: Final = [
    (re.compile(r"\bc/o\b", re.IGNORECASE), " chứng nhận xuất xứ "),
    (re.compile(r"\bnn\s*(?:&|và)\s*ptnt\b", re.IGNORECASE), " nnptnt "),
    (re.compile(r"\bnn\s*(?:&|và)\s*mt\b", re.IGNORECASE), " nnmt "),
    (re.compile(r"\bkh\s*(?:&|và)\s*đt\b", re.IGNORECASE), " khđt "),
    (re.compile(r"\btn\s*(?:&|và)\s*mt\b", re.IGNORECASE), " tnmt "),
    (re.compile(r"\btt\s*(?:&|và)\s*tt\b", re.IGNORECASE), " tttt "),
    (re.compile(r"\bkh\s*(?:&|và)\s*cn\b", re.IGNORECASE), " khcn "),
]
# What bore another name before 2025, with its present one: departments and ministries, then provinces (DOMAIN.md §4.8).
_BODIES = {
    "lao dong thuong binh va xa hoi": "noi vu",
    "lao dong thuong binh xa hoi": "noi vu",
    "ke hoach va dau tu": "tai chinh",
    "ke hoach dau tu": "tai chinh",
    "giao thong van tai": "xay dung",
    "tai nguyen va moi truong": "nong nghiep va moi truong",
    "tai nguyen moi truong": "nong nghiep va moi truong",
    "nong nghiep va phat trien nong thon": "nong nghiep va moi truong",
    "thong tin va truyen thong": "khoa hoc va cong nghe",
    "thong tin truyen thong": "khoa hoc va cong nghe",
}
_PROVINCES = {
    "ha giang": "tuyen quang", "yen bai": "lao cai", "bac kan": "thai nguyen", "vinh phuc": "phu tho",
    "hoa binh": "phu tho", "bac giang": "bac ninh", "thai binh": "hung yen", "hai duong": "hai phong",
    "ha nam": "ninh binh", "nam dinh": "ninh binh", "quang binh": "quang tri", "quang nam": "da nang",
    "kon tum": "quang ngai", "binh dinh": "gia lai", "ninh thuan": "khanh hoa", "dak nong": "lam dong",
    "dac nong": "lam dong", "binh thuan": "lam dong", "phu yen": "dak lak", "binh duong": "ho chi minh",
    "vung tau": "ho chi minh", "binh phuoc": "dong nai", "long an": "tay ninh", "soc trang": "can tho",
    "hau giang": "can tho", "ben tre": "vinh long", "tra vinh": "vinh long", "tien giang": "dong thap",
    "bac lieu": "ca mau", "kien giang": "an giang",
}  # fmt: skip
# Other words for one thing, folded: who asks says the left, who answers writes the right.
_SAID = {
    "giay phep kinh doanh": "dang ky kinh doanh",
    "giay phep dang ky kinh doanh": "giay chung nhan dang ky doanh nghiep",
    "ve sinh an toan thuc pham": "an toan thuc pham",
    "chung nhan nguon goc": "chung nhan xuat xu",
    "giay xuat xu": "chung nhan xuat xu",
    "quota": "han ngach",
    "thue vat": "thue gia tri gia tang",
    "pin mat troi": "dien mat troi",
    "nang luong mat troi": "dien mat troi",
    "ban hang online": "thuong mai dien tu",
    "ban hang qua mang": "thuong mai dien tu",
    "ban hang tren mang": "thuong mai dien tu",
    "gas": "khi dau mo hoa long",
    "lpg": "khi dau mo hoa long",
    "mo rong luoi dien": "nang cap luoi dien",
    "dau thau": "moi thau",
}
SAME: Final = (
    {f"{above} {old}": f"{above} {new}" for old, new in _BODIES.items() for above in ("so", "bo")} | _PROVINCES | _SAID
)
