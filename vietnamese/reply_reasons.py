"""Kinds of reasons for being absent, in the order in which they are tried.

Only the kind is ever kept: health is nobody's business. "exempt" and "moved" are claims that the secretary checks.
"""

REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exempt",
        ("miễn (?:sinh hoạt|họp|rồi|từ|đảng|công tác)|(?:được|diện|đã|thuộc) _miễn|=miễn(?! phí)",),
    ),
    (
        "moved",
        (
            "chuyển (?:sinh hoạt|đảng|hồ sơ|khẩu|nơi|chi bộ|hẳn|công tác đảng)",
            "chuyển _(?:về|sang|lên|đi|vào) _(?:rồi|nơi khác|chi bộ)|chuyển đi",
            "sinh hoạt (?:ở )?(?:nơi|chỗ|chi bộ) khác|sinh hoạt tạm thời",
        ),
    ),
    (
        "family",
        (
            "(?:<KIN>) (?!bò|trâu|lợn|gà|tôi không)(?:[^ ]+ ){0,3}?(?:<SICK>)",
            "(?:đưa|chăm|trông|đón|thăm|nuôi) (?:<KIN>)|con nhỏ|cháu nhỏ|con mọn|đám|=giỗ|(?:có|nhà|làm|ăn) giỗ",
            "giỗ (?:bố|mẹ|ông|bà|cụ|tổ)|ăn cưới|=cưới|việc (?:hiếu|hỷ|hỉ)|có (?:hiếu|hỷ|hỉ|tang)|hiếu hỷ|tang",
            "làm ma|ma khô|đưa ma|(?:<KIN>) (?:tôi |em |cháu |nhà |mới |vừa )*(?:mất$|qua đời)|vợ đẻ|=đẻ|cúng",
            "đầy tháng|tân gia|thôi nôi|ăn hỏi|dạm ngõ|sang cát|mừng thọ|lễ hỏi|về nhà mới|làm vía|cấp sắc",
            "trông nhà|giữ nhà|việc (?:nhà|gia đình)|nhà (?:đang )?có (?:việc|khách|đám|giỗ|người|chuyện)",
            "gia đình (?:có|đang)|bận việc nhà|họp phụ huynh|đi ăn cỗ|ăn cỗ",
        ),
    ),
    (
        "official",
        (
            "công tác|họp khác|tập huấn",
            "(?:đang |đi )?học (?:lớp|trung cấp|cao cấp|chính trị|bồi dưỡng|nghị quyết|trên|ở huyện|ở tỉnh)",
            "trung cấp|bồi dưỡng|hội nghị",
            "(?:đi )?họp (?:ở|trên|huyện|xã|tỉnh|hội đồng|bên|cơ quan|ủy ban|đoàn)(?! nhà văn hóa| thôn| chi bộ)",
            "trực (?:ban|cơ quan|chỉ huy|xã|ủy ban|tết|chốt|đêm ở xã)|đi học|quân sự|dân quân|diễn tập|nhiệm vụ",
            "đoàn kiểm tra|kiểm tra rừng|đi (?:huyện|tỉnh|xã) họp|việc (?:cơ quan|xã|của xã|huyện)",
            "tiếp (?:đoàn|xúc)|coi thi|lớp tập huấn",
        ),
    ),
    (
        "health",
        (
            "<SICK>|ôm|cảm (?:cúm|lạnh)|bị cảm|huyết áp|sức khỏe|chóng mặt|tai biến|nằm (?:viện|liệt|một chỗ)",
            "không (?:được )?khỏe|phẫu thuật|xương|bó bột|=đau",
            "(?:chân|lưng|đầu|khớp|gối|mắt|bụng|răng) (?:[^ ]+ )?đau|đang nằm|uống thuốc|tiêm thuốc|chạy thận",
            "điều trị|dịch|covid|trẹo|bong gân",
        ),
    ),
    (
        "away",
        (
            "đi xa|ở xa|xa nhà|đi vắng|=vắng nhà|không (?:có|ở) (?:nhà|quê|địa phương)",
            "đi làm (?:xa|ăn xa|thuê|công ty ở)|nước ngoài|xuất khẩu|về quê|đi chơi|du lịch",
            "đang (?:ở|dưới|trong|trên)(?! nhà| đây| đồng| nương| viện| bệnh| rẫy| rừng| chợ| cơ quan)(?= )",
            (
                "(?:ở|xuống|về|dưới|lên|vào|ra) (?:tận )?(?:hà nội|bắc ninh|bắc giang|hải phòng|sài gòn|"
                "thái nguyên|bình dương|miền nam|nam|xuôi|thành phố|tỉnh khác|quảng ninh)"
            ),
            "tết mới về|(?:chưa|không) về (?:được|kịp|nhà|đến)|trên đường",
            "đi (?:tỉnh|hà nội|nam|sài gòn|hàn|nhật|đài loan)|khu công nghiệp|ngoài tỉnh|hàn quốc|đài loan",
            "đi phượt|đi lễ chùa|đang trên xe",
        ),
    ),
    (
        "work",
        (
            "(?:làm|tăng|ca|đổi|trực|đi) ca|ca (?:đêm|tối|chiều|#)|công ty|đi làm|bận làm|tăng ca|nhà máy|xưởng",
            "gặt|=cấy|đi cấy|cấy lúa|=nương|đi nương|làm nương|=rẫy|đi rừng|=rừng",
            "(?:vào|đang|đang vào|chính|đúng) (?:vụ|mùa)|vụ (?:mía|cam|chè|ngô|lúa|mùa|sắn|chiêm)|chặt mía",
            "thu hoạch|đóng hàng|giao hàng|lấy hàng|chạy xe|chở hàng|bốc hàng|hái (?:chè|cam)|bóc keo",
            "trồng (?:rừng|keo|cây)|(?:cân|bán|mua|xuất|bắt) (?:lợn|gà|trâu|bò|gỗ|keo|hàng|cam|chè|ngô|sắn)|đi chợ",
            "=chợ|bán hàng|thợ|đổ mái|xây nhà|làm nhà|khách hàng|việc (?:công ty|đồng|đồng áng|làm)|bận công việc",
            "bận (?:việc )?đồng|nước vào ruộng|tưới|bơm nước|cày|bừa|(?:bò|trâu) đẻ",
        ),
    ),
    (
        "none",
        (
            "=bận|(?:<I>) (?:đang |lại |bị |hơi |thì )?bận|bận (?:việc|lắm|quá|rồi|mất|tí|chút|không|đi|hôm|tối)",
            "mắc việc|có việc|dở (?:tay|việc)|kẹt|lý do cá nhân|việc riêng|vướng",
        ),
    ),
)
