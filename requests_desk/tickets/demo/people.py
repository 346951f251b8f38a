"""The invented department: its units, fields and people. Phones stand in a block no carrier uses, mails in .example."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from requests_desk.people.models import Agency, Membership, Role, Unit, UnitKind, User
from requests_desk.people.services import presence, tokens
from requests_desk.tickets.models import Field
from requests_desk.tickets.services import agencies

UNITS = {
    "QLCN": ("Phòng Quản lý công nghiệp", "Industry Division"),
    "QLTM": ("Phòng Quản lý thương mại", "Trade Division"),
    "QLNL": ("Phòng Quản lý năng lượng", "Energy Division"),
    "KTAT": ("Phòng Kỹ thuật an toàn - Môi trường", "Safety and Environment Division"),
}
FIELDS = {
    "quy_hoach": ("Quy hoạch, kế hoạch", "Planning", "QLCN"),
    "cap_phep": ("Cấp phép, điều kiện kinh doanh", "Licences", "QLTM"),
    "xuc_tien_thuong_mai": ("Xúc tiến thương mại", "Trade promotion", "QLTM"),
    "xuat_nhap_khau": ("Xuất nhập khẩu", "Import and export", "QLTM"),
    "uu_dai_dau_tu": ("Ưu đãi đầu tư", "Investment incentives", "VP"),
    "uu_dai_thue": ("Ưu đãi thuế", "Tax incentives", "VP"),
    "thuong_mai_noi_dia": ("Thương mại nội địa, chợ", "Domestic trade, markets", "QLTM"),
    "thuong_mai_dien_tu": ("Thương mại điện tử", "E-commerce", "QLTM"),
    "dau_thau": ("Thông tin mời thầu", "Tenders", "VP"),
    "ngan_sach": ("Thu – chi ngân sách", "Budget", "VP"),
    "lao_dong": ("Lao động, việc làm", "Labour", "VP"),
    "hoa_chat": ("Hóa chất", "Chemicals", "KTAT"),
    "dien_nang_luong": ("Điện, năng lượng", "Electricity and energy", "QLNL"),
    "doi_thoai": ("Đối thoại doanh nghiệp", "Business dialogue", "VP"),
    "sach_nhieu": ("Phiền hà, sách nhiễu", "Harassment", "VP"),
    "du_lieu_ca_nhan": ("Dữ liệu cá nhân", "Personal data", "VP"),
    "khac": ("Khác", "Other", "VP"),
}


ON_DUTY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person and the role they hold."""

    username: str
    full_name: str
    title: str
    role: str
    unit: str = ""


PEOPLE = (
    Person("lan", "Nguyễn Thị Lan", "Cán bộ tiếp nhận", Role.FRONT_DESK, "VP"),
    Person("minh", "Trần Quang Minh", "Chuyên viên", Role.OFFICER, "QLTM"),
    Person("hoa", "Lê Thị Hòa", "Chuyên viên", Role.OFFICER, "QLCN"),
    Person("tuan", "Lý Anh Tuấn", "Chuyên viên", Role.OFFICER, "QLNL"),
    Person("dung", "Phạm Văn Dũng", "Trưởng phòng", Role.UNIT_HEAD, "QLTM"),
    Person("thao", "Vũ Thị Thảo", "Trưởng phòng", Role.UNIT_HEAD, "QLCN"),
    Person("binh", "Hoàng Văn Bình", "Chánh Văn phòng", Role.CHIEF, "VP"),
    Person("an", "Đỗ Thị An", "Phó Giám đốc", Role.LEADER),
    Person("khanh", "Bùi Văn Khánh", "Công chức thanh tra", Role.INSPECTOR),
    Person("kiem", "Ngô Thị Kiểm", "Kiểm toán nội bộ", Role.AUDITOR),
)
ADMIN = Person("quantri", "Đặng Quản Trị", "Quản trị hệ thống", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class House:
    """The department as made: its agency, units by code, people by username, and how each may sign in."""

    agency: Agency
    units: dict[str, Unit]
    people: dict[str, User]
    accounts: list[dict[str, str]]


def build(*, at: datetime) -> House:
    """Make the department with a password and a token for every role."""
    admin, account = _user(ADMIN, 0, at=at)
    new = agencies.NewAgency(
        code="SCT",
        name="Sở Công Thương tỉnh Phú Sơn",
        short_name="So CT",
        hotline="02613000000",
        email="sct@phuson.example",
    )
    agency, office = agencies.open_agency(new, admin=admin, at=at)
    agency.name_en, agency.alarm_email = "Phú Sơn Department of Industry and Trade", "canhbao@phuson.example"
    agency.save(update_fields=["name_en", "alarm_email"])
    units = {"VP": office} | {code: _unit(agency, code, *names) for code, names in UNITS.items()}
    for code, (name, name_en, unit) in FIELDS.items():
        Field.objects.create(agency=agency, code=code, name=name, name_en=name_en, unit=units[unit])
    people, accounts = {ADMIN.username: admin}, [account]
    for number, person in enumerate(PEOPLE, start=1):
        user, account = _user(person, number, at=at)
        Membership.objects.create(user=user, agency=agency, unit=units.get(person.unit), role=person.role)
        people[person.username] = user
        accounts.append(account)
    _put_on_duty(agency, people["minh"], at=at)
    return House(agency, units, people, accounts)


def _put_on_duty(agency: Agency, user: User, *, at: datetime) -> None:
    """Give the nights to somebody, so that at whatever hour the desk is first opened a reminder goes out at once."""
    presence.add_duty(agency, user=user, from_at=at, to_at=at + ON_DUTY)


def _unit(agency: Agency, code: str, name: str, name_en: str) -> Unit:
    return Unit.objects.create(agency=agency, code=code, name=name, name_en=name_en, kind=UnitKind.DIVISION)


def _user(person: Person, number: int, *, at: datetime) -> tuple[User, dict[str, str]]:
    password = secrets.token_urlsafe(9)
    user = User.objects.create_user(
        person.username,
        password=password,
        full_name=person.full_name,
        title=person.title,
        email=f"{person.username}@phuson.example",
        phone=f"+849500009{number:02d}",
    )
    token = tokens.issue(user, name="demo", at=at)
    return user, {"role": person.role, "username": person.username, "password": password, "token": token}
