"""Words of replies that are no answer about coming: requests, receipts, messages for another person, questions."""

OPT_OUT = (
    (
        "(?:dừng|ngừng|thôi|đừng|ngưng|khỏi) (?:dừng |ngừng |đừng |có |không )?_(?:nhắn|gửi|nhận|báo) (?:tin |"
        "nữa|cho|thêm)"
    ),
    "(?:dừng|ngừng|ngưng|hủy) (?:nhận |nhắn |gửi )?(?:tin|đăng ký)(?: nhắn)?",
    "không (?:muốn|cần|nhận) (?:nhận |xem )?(?:tin|thông báo|nhắn)(?: này| nữa| nhắn)?",
    "xóa _(?:tên|số|thông tin|dữ liệu|tôi|danh sách|tài khoản)",
    "(?:không|chưa|chẳng) đồng ý _(?:lưu|nhận|dùng|giữ|thông tin|cho|tin)|rút _(?:đồng ý|tên|khỏi)",
    "(?:bỏ|loại|rút|gạch) _(?:khỏi|ra) _(?:danh sách|nhóm)|^(?:dừng|dừng lại|ngừng|hủy|stop)$",
    "đừng làm phiền|ra khỏi _danh sách",
    "(?:dừng|ngừng|đừng|ngưng|thôi) (?:nhắn|gửi)(?! nhầm)",
)
HELP = (
    (
        "(?:không|chưa|chẳng|chả) (?:biết|rõ|quen|thạo|hiểu) _(?:bấm|chọn|nhắn|dùng|sử dụng|thao tác|trả lời|"
        "nhấn|gõ|ấn|làm thế nào|cách)"
    ),
    (
        "(?:bấm|nhấn|ấn|gõ|chọn|nhắn|trả lời|mở) (?:vào )?_(?:kiểu gì|thế nào|làm sao|ra sao|vào đâu|chỗ nào|"
        "ở đâu|nút nào|số mấy|số nào)"
    ),
    "(?:bấm|nhấn|ấn|gõ) (?:mãi |hoài |đi bấm lại )?_(?:không|chẳng|chả) (?:được|ăn|lên|thấy|nổi)",
    "không (?:bấm|nhấn|ấn|gõ|mở|đọc|nhìn) (?:vào |ra )?được|(?:bấm|chọn) (?:hộ|giúp) (?:<I>)|hướng dẫn",
    "chỉ (?:hộ|giúp|cho|dùm|giùm)|giúp (?:tôi|bác|em|cháu|với)(?: bấm| chọn| với)?$|đọc (?:giúp|hộ|cho|to|lên)",
    "chữ (?:to|nhỏ|bé|lớn)|(?:không|chẳng) (?:thấy|nhìn|nhìn thấy|nhìn rõ|đọc được|đọc nổi) _(?:chữ|tin|gì)",
    "(?:làm sao|làm thế nào|thế nào) (?:để )?(?:bấm|trả lời|nhắn|chọn|báo)|gửi lại|nói lại|nhắc lại (?:cho|với)",
    "mắt (?:kém|mờ)|không biết chữ",
)
CALL = (
    "gọi (?:lại |điện |điện thoại )?(?:cho |lại cho )?(?:<I>)(?: nhé| với| ngay| đi| lại|$| ạ| có| cái)",
    "(?:bảo|nhờ|nhắn|nói) _gọi (?:lại |điện |cho)|gọi (?:cho|lại|điện) (?:tôi|cho tôi)",
    "(?:số|số điện thoại|số máy) _(?:bí thư|đồng chí|cán bộ|trưởng thôn|ủy ban|đảng ủy)",
    "(?:gặp|nói chuyện với|liên hệ) (?:với )?_bí thư|(?:xin|cho) _số điện thoại",
    "điện (?:thoại )?(?:cho|lại cho) (?:<I>)",
)
# A ride is asked for.
LIFT = (
    "đi nhờ|đi ké|quá giang|(?:ai|có ai) _(?:đón|=chở|đưa|=đèo)",
    "(?:đón|=chở|=đèo) (?:tôi|bác|em|cháu|ông|bà|hộ|giúp|cho|với)|(?:qua|sang|đến) (?:đón|=chở|=đèo)",
    "cho _đi (?:cùng|chung) (?:xe|với xe)",
)
NO_TRANSPORT = ("hết xăng|xe (?:hỏng|hư|hết|thủng)|không có (?:xe|ai đưa|ai chở|ai đón)|không ai (?:đưa|chở|đón)",)
MISTAKE = (
    ("(?:bấm|nhấn|ấn|gõ|chọn|trả lời|nhắn|ghi|báo|gửi|viết|đánh) (?:bị )?(?:nhầm|lộn|sai|lẫn)(?: số)?(?: #)?(?: rồi)?"),
    "nhầm (?:rồi|số|tin|nút)(?: #)?|=nhầm|^(?:nhầm|sai|lộn) rồi|^nhầm",
    "(?:đổi|chọn|sửa|bấm|trả lời|nhắn|ghi|làm|xin) lại(?: câu trả lời| số)?|trả lời (?:chưa|không) đúng",
    "(?:đổi|sửa|thay đổi) (?:câu|ý|lựa chọn|thành)|cho tôi (?:đổi|sửa)|^(?:xóa|sửa|đổi)$|đổi ý",
)
SPAM = (
    "vay (?:tiền|vốn|nhanh)|lãi suất|khuyến mãi|trúng thưởng|việc nhẹ|tuyển dụng|chốt đơn|giảm giá|kiếm tiền",
    "thẻ cào|đầu tư sinh lời",
)
ACK = (
    "(?:đã|mới|vừa) (?:nhận|đọc|xem|nghe|nắm|biết|rõ|hiểu)|nhận (?:được|rồi|đủ)",
    "(?:đọc|xem|nghe|nắm|biết|hiểu) (?:được )?_rồi|đã rõ|^rõ$|^rõ thưa|rõ rồi|rõ ạ|nắm được|cảm ơn|cám ơn|tks|thanks",
    "ghi nhận|nghe được",
)
# Someone else is spoken of, or spoken for.
PROXY = (
    "(?:dâu|rể|xã|vợ|chồng|bố|mẹ|hàng xóm)(?: tôi| em| cháu)? (?:có )?nhờ (?:tôi |em |cháu )?(?:báo|nhắn|xin|nói)",
    (
        "(?:báo|nhắn|ghi|trả lời|xin|xin phép|thưa|nói|bấm|điểm danh) (?:giúp|hộ|thay|dùm|giùm) "
        "(?:cho )?(?:<THIRD>)(?! nhé| với| là| cái| ạ| không| vắng| đi| xin)(?= )"
    ),
    (
        "(?:nhắn|báo|trả lời|xin phép|bấm|nhắn tin|họp|đi|dự) (?:thay|hộ|giúp) (?:cho )?(?:bố|mẹ|chồng|vợ|ông|bà|"
        "cụ|anh|chị)(?! với| nhé|$)"
    ),
    "(?:xin phép|xin|báo|nhắn) (?:cho|thay) (?:bố|mẹ|chồng|vợ|ông nhà|bà nhà|ông ấy|bà ấy|thằng)",
    "(?:nhắn|báo|trả lời|bấm|viết) (?:thay|hộ|giúp)$",
    "(?:nhắn|báo|trả lời|báo vắng) (?:hộ|thay)(?! <I>)(?: ạ| nhé|$)",
    (
        "(?:cháu|con|em|vợ|chồng|tôi|đây) là (?:cháu|con|vợ|chồng|em|dâu|rể|con dâu|con gái|con trai|cháu nội|"
        "cháu ngoại|bố|mẹ) (?:của )?(?:ông|bà|bác|anh|chị|cô|chú|cụ|đồng chí|nhà)"
    ),
    (
        "(?:ông|bà|anh|chị|cô|chú|bác|cụ) (?:ấy|nhà|xã) (?:tôi |em |cháu |mình )?_(?:đi|dự|vắng|có mặt|xin|bận|"
        "ốm|tham gia|đến)"
    ),
    (
        "(?:vợ|chồng|bố|mẹ|ông|bà|bác|anh trai|chị gái) (?:tôi |em |cháu |mình |nhà tôi )(?:thì |cũng |sẽ |có |"
        "không |đi |nói |bảo |nhờ )_(?:họp|dự|vắng|được|có mặt|báo|nhắn)"
    ),
    "(?:ông|bà|bố|mẹ|chồng|vợ) (?:nội |ngoại )?(?:tôi |em |cháu )?(?:bảo|dặn|nhờ|nhắn) _(?:đi|vắng|báo|nhắn)",
    (
        "(?:tôi|em|cháu|mình) (?:và|với|cùng) (?:cả )?(?:ông|bà|chồng|vợ|bố|mẹ|anh|chị|em|con|thằng|cụ) _(?:đi|"
        "dự|vắng|có mặt|nghỉ|đến)"
    ),
    (
        "(?:cả|#|hai|ba|bốn) (?:#|hai|nhà|vợ chồng|ông bà|bố con|mẹ con|anh em|chị em|ông cháu|bà cháu|"
        "bố mẹ)(?: tôi| em| cháu)? (?:thì |cùng |đều |sẽ |cũng |vợ chồng )*(?:<GO>|vắng|nghỉ|xin|không)(?! làm|"
        " viện| xa| vắng| chơi| nương)"
    ),
    "(?:ông|bà|anh|chị|cô|chú|bác) [^ ]+ (?:nhà tôi|nhà em|nhà cháu|hàng xóm) _(?:đi|dự|vắng|ốm|bận|có mặt)",
    "(?:còn|cả) (?:<THIRD>|anh|chị|chú|cô|bác) [^ ]+ _(?:đi|dự|vắng|bận|về|nghỉ|ốm|đều)",
    "(?:cả|vợ chồng) (?:tôi|em|nhà|vợ chồng) _(?:đều|cùng) (?:đi|dự|vắng|có mặt|nghỉ)",
    # Somebody told the writer to tell it.
    (
        "(?<=[^ ] )(?<!tôi )(?<!em )(?<!cháu )(?<!con )(?<!xin )nhờ (?:tôi|tui|em|cháu|con|mình|e) (?:báo|nhắn|nói|"
        "trả lời|gửi|xin|thông tin|thưa|gõ|bấm)"
    ),
    "(?:kêu|biểu|bảo|dặn) (?:tôi|tui|em|cháu|con|mình|e) (?:báo|nhắn|nói|trả lời|rep|gõ|bấm|thưa)",
    (
        "(?:nhắn|bảo|báo|nói|dặn|biểu|thưa) (?:hộ |giùm |giúp |thay |tôi |tui |em |cháu |con |mình |nói |nhắn )*"
        "(?:là )?(?:ổng|bả|ảnh|hắn|nó|má|mạ|mệ|ôn|(?:cô|chị|anh|bác|ông|bà|cụ|đồng chí) (?:ấy|ta|nớ|đó)) _(?:<GO>|"
        "không|sẽ|có|vắng|xin|nghỉ|ốm|bận|mắc|vẫn|kẹt)"
    ),
    "thay (?:mặt|lời) (?:<THIRD>|anh|chị|bác|chú|cô|đồng chí)",
    "(?:báo|nhắn|nói|trả lời|xin|thưa|trực) (?:hộ|thay|giùm|dùm) (?:cho )?(?:đồng chí|má|mạ|mệ|ôn)(?= )",
    (
        "(?:báo|nhắn|nói|trả lời|ghi)(?: vắng| nghỉ)? (?:hộ|thay|giùm|dùm) (?:cho )?(?:anh|chị|bác|cô|chú|o|thím|cậu|a)"
        "(?! nhé| nha| với| là| cái| ạ| không| vắng| đi| xin| nghỉ| bận| ốm| đến| có| sẽ| chưa| muộn| một| được| buổi|"
        " cho| tên| họp| hỉ| nghe| luôn)(?= )"
    ),
    # The writer and another.
    (
        "(?:tôi|em|mình|bác|bà|chị|anh) (?:và|với|cùng|cùng với) (?:đồng chí|bác|cô|chú|o|ông|bà|chị|anh) [^ ]+ "
        "_(?:cùng|đều|ra|đi|dự|hai người)"
    ),
    (
        "(?:hai|#|cả) (?:vợ chồng|vck|vc|ae|đứa|mẹ con|bố con|chị em|anh em|ông bà) _(?:cùng|đều|đi|ra|tới|dự|vắng|"
        "nghỉ|xin)"
    ),
    (
        "(?:ghi|báo|đăng ký|nghỉ|cho|tính) (?:cho |luôn |đủ |cả )*hai(?: người| bà| ông|$| nhé| luôn| ạ)|"
        "hai người (?:nhé|nghen|đấy)"
    ),
    "còn (?:vợ|chồng|nhà|lão|bà|ông) (?:tôi|em|mình|cháu|nhà|ấy)(?: thì)? (?:ở nhà|vắng|nghỉ|không|bận|đi rừng|xin)",
    # Somebody of the family, and nothing of oneself.
    (
        "^(?:ạ )?(?:vợ|chồng|bố|mẹ|má|mạ|ba|bà|ông) (?:nội |ngoại |chồng )?(?:tôi|em|tui|cháu|con|mình|nhà) "
        "(?:có |sẽ |xin |không )?(?:đi|vắng|nghỉ|dự|họp|ra|đến)(?: họp| được)*$"
    ),
    (
        "(?:bố|mẹ|má|mạ|mệ|ba|bà|ông) (?:nội |ngoại |chồng )?(?:tôi|em|tui|cháu) (?:đau|mệt|ốm|bệnh|yếu|sốt|tai điếc)"
        "(?: [^ ]+)? (?:không|nỏ|chẳng) (?:<GO>)"
    ),
)
# Looked for in one clause at a time.
QUESTION = (
    "(?:mấy|máy|bao nhiêu) (?:giờ|h|ngày|người|phút|tiếng|buổi|tháng|tiền|trang)|(?:ngày|thứ|mùng|tháng) mấy",
    "bao (?:nhiêu|lâu|giờ)(?! _cũng)|(?:ở|tại|họp|chỗ|nộp|gửi) đâu|(?:ở|tại|họp|ra|đến|nộp) (?:chỗ|nơi) nào|^=đâu",
    "nhà ai|chỗ nào|nơi nào|(?:hôm|ngày|bữa|giờ|khi|lúc|tuần|buổi|tháng|bao giờ) nào(?! _cũng)",
    (
        "(?:họp|bàn|nói|nội dung|chuyện|việc|làm|mang|chuẩn bị|chuyên đề|có|mang theo|là) (?:về |cái |những |"
        "việc |chuyện |thế )*(?:gì|chi)(?! bộ| ủy| tiết)"
    ),
    (
        "(?:tại sao|vì sao|thế nào|như nào|ra sao|ai|thế à|=à|=hả|=hở|(?:không|chưa|đâu|nào|gì|giờ|họp|thế) nhỉ|"
        "phải không|đúng không|được không|có không|được chưa|chưa nhỉ|không nhỉ)$"
    ),
    "^(?:ai|sao)(?= )|(?:tại|vì) sao(?= |$)|không hay|hay (?:là )?(?:không|hoãn|nghỉ|dời|chưa)|(?:hôm|bữa|lúc|khi) đâu",
    (
        "có (?:phải|bắt buộc|được|cần|hoãn|họp|ai|gì|thay đổi|dời|đổi|phạt|quan trọng|tiền|nước|ăn|đông|mưa|thể) "
        "_(?:không|chưa)$"
    ),
    "^(?!(?:<I>|thì|chắc) )[^ ]+ _(?:không|chưa)$|# (?:giờ|tiếng|phút|rưỡi)? ?(?:hay|hoặc) #",
    "(?:hay|hoặc) (?:#|mới|là|thế nào)$|(?:hoãn|dời|đổi ngày|nghỉ họp) (?:à|hả|ạ|không|rồi à)$",
)
