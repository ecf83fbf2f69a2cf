"""The words of the sheets that we write ourselves: headings, and the office's word for each value."""

from collections.abc import Mapping

from sheets.headings import Column
from sheets.values import Role, Standing

HEADINGS: Mapping[Column, str] = {
    "code": "Mã",
    "name": "Họ và tên",
    "cell": "Chi bộ",
    "role": "Chức vụ",
    "phone": "Số điện thoại",
    "standing": "Loại đảng viên",
    "form": "Cách xưng hô",
    "smartphone": "Có dùng điện thoại thông minh",
}
ROLES: Mapping[Role, str] = {
    "secretary": "bí thư",
    "deputy": "phó bí thư",
    "recorder": "thư ký",
    "official": "cán bộ xã",
}
STANDINGS: Mapping[Standing, str] = {
    "official": "chính thức",
    "probationary": "dự bị",
    "temporary": "tạm thời",
    "exempt": "miễn sinh hoạt",
}
YES, NO = "có", "không"
COMMUNE = "Đảng ủy xã"

SHEET = "Danh sách"
ROSTER_TITLE = "DANH SÁCH ĐẢNG VIÊN"
ROSTER_NOTE = "Sửa xong, xin gửi lại cả danh sách. Cột Mã xin để nguyên; người mới thì để trống ô Mã."
FORM_TITLE = "DANH SÁCH ĐẢNG VIÊN (bản mẫu)"
FORM_NOTE = "Mỗi người một dòng. Cần có họ tên và chi bộ; các cột khác có thì tốt. Dòng có chữ (ví dụ) không được tính."
