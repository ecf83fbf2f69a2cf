"""Words of replies that tell whether a person will come, in the order in which they are looked for.

What one kind has used is taken out of the clause, so that "không vắng" leaves no "vắng" behind for the next.
"""

# Words that look like evidence and are none.
IDLE = (
    "(?:vang|vàng) (?:thị|văn|a|seo|mí) [^ ]+|có gì (?:thay đổi |khác |trục trặc )?_(?:báo|nhắn)(?: lại| sau)?",
    "báo cáo|xin báo cáo",
    (
        "(?:(?<!không )(?<!chẳng )(?<!khong )muốn|(?<!nhất )(?<!quyết )định|tính|thích|tưởng|ngỡ|lẽ ra|đáng lẽ|"
        "đáng ra|đòi) (?:là )?_(?:<GO>|"
        "không đi được|vắng)(?: họp| dự)?(?: lắm)?"
    ),
    "không (?:phải lo|phải nghĩ|sao|vấn đề|có vấn đề|có gì|ngại|cần)(?: gì)?|đừng lo",
    "(?:không|hết|khỏi|đỡ|đã đỡ|chẳng) (?:còn |bị )?(?:bận|ốm|đau|mệt|sốt|bệnh)(?: gì| nữa| đâu| lắm)*(?: rồi)?",
    "(?:khỏe|khỏi|đỡ|ổn) (?:rồi|lại|hẳn)|(?:bận|mệt|ốm|đau|mưa|rét|xa|muộn) thì (?:bận|mệt|ốm|đau|mưa|rét|xa|muộn)",
    (
        "(?:mọi người|các (?:bác|đồng chí|anh|chị|ông|bà|cụ)|cả nhà|anh em|bà con|người ta|=họ|nó) (?:cứ |cùng |"
        "đều |có |sẽ |mà )*(?:<GO>|họp|khai mạc)(?: họp| dự)?(?: đi(?= nhé| ạ|$))?|cứ (?:họp|khai mạc|bắt đầu) đi"
    ),
    # The next meeting is not this one.
    "(?:lần|kỳ|buổi|bữa|tháng|tuần|dịp|hôm) (?:sau|khác) _(?:<GO>)(?: họp| dự| được)*",
    "(?:<GO>) (?:lần|kỳ|buổi) (?:sau|khác)",
    "(?:không|chẳng) (?:thấy|có) tin|chưa _(?:báo|nhắn|trả lời)$",
)
# Clauses about another time count only where nothing is said of this one.
PAST = (
    "(?:tháng|lần|kỳ|buổi|bữa|hôm|tuần|đợt) (?:trước|rồi|vừa rồi)|hôm (?:qua|kia)|(?:lúc|hồi|ban|vừa|khi|mới) nãy",
    "lần trước|trước đây|mọi khi",
)
# Denials of being absent, which promise to come.
YES_AGAINST_NO = (
    (
        "(?:<NEG>|ít khi|hiếm khi|đừng) (?:phải |bao giờ |có |dám |hề |định |xin |thể |được |phải là |muốn |bỏ |"
        "cho )*(?:vắng|nghỉ|bỏ|kiếu|muộn|trễ|vắng mặt)(?: mặt| họp| đâu| buổi nào| nào)*"
    ),
    "có (?:vắng|nghỉ|bỏ) _đâu|(?:vắng|nghỉ|bỏ) (?:sao được|làm sao được|thế nào được)",
    "không (?:phải |thể )?(?:là )?không (?:<GO>)(?: được)?",
    (
        "(?:sao|làm sao|việc gì|tội gì|ai lại|đời nào|cớ gì|mắc gì) (?:mà |lại |phải )*(?:không (?:<GO>)|vắng|"
        "nghỉ)(?: chứ| được)?"
    ),
    "(?:chứ|thì) sao không|không (?:có )?(?:lý do|cớ) gì _(?:vắng|nghỉ)",
    "chứ không (?:phải )?(?:là )?(?:vắng|nghỉ|xin vắng|không đi)",
)
# Denials of coming.
NO_AGAINST_YES = (
    "chứ (?:không|chẳng|chả) (?:phải )?(?:là )?(?:<GO>|có|đồng ý|số #)(?: họp| được| mặt)?",
    "(?:không|chẳng) phải (?:là )?(?:<GO>)(?: họp)?",
)
EARLY = (
    "(?:về|dìa|đi về|rời|chuồn|rút) (?:sớm|trước|giữa chừng|giữa buổi)|xin (?:phép )?(?:được )?về",
    (
        "(?:họp|ngồi|dự|đến|ở) (?:được |đến |tới |một )*(?:#|nửa|một|tám|chín|lúc)(?: giờ| rưỡi| tiếng| lúc|"
        " buổi| phút)+ _(?:về|đi trước|thôi)"
    ),
    "không (?:ở lại|dự|họp|ngồi) (?:được )?(?:đến|hết) _(?:cuối|hết|xong|buổi|giờ)(?: được)?",
    "(?:dự|họp) (?:được )?nửa buổi",
)
LATE = (
    (
        "(?:chắc |khéo |có khi |có thể |có lẽ )?(?:là |sẽ )*(?:đến|đi|tới|ra|sang|hơi|vào|lại|bị|lên|qua|xin|dự|"
        "mặt|họp|về) (?:hơi |bị |họp |được )?(?:muộn|chậm|trễ)(?: #| một chút| tí| chút| xíu| mất| khoảng| độ)*"
    ),
    (
        "(?:muộn|chậm|trễ) (?:mất |khoảng |độ |tầm |chừng |hơn |có |mươi |nửa |vài |mấy |ít |một |tí|tý|=ty|chút|"
        "xíu|lúc|#)+(?:phút|tiếng|giờ|tí|chút|xíu)?"
    ),
    "=muộn|=chậm|=trễ|^(?:trễ|muộn)$",
    "(?:đến|ra|vào|sang|tới|qua|lên) sau(?! này)(?: nhé| ạ|$| một| #| tí| chút| giờ)",
    "đi sau (?:# phút|một lúc|tí|một tí)|(?:cứ|mọi người|các bác|chi bộ) (?:họp|khai mạc|bắt đầu|làm) trước",
    "(?:đừng|khỏi|không phải) (?:đợi|chờ)",
    (
        "(?:xong|rồi|(?:hơn|tận|độ|tầm|quá) (?:#|tám|chín|bảy) (?:giờ|rưỡi)) (?:thì |là |<I> |mới |sẽ |"
        "rồi )*(?:mới |sẽ )?(?:sang|ra|đến|qua|tới|lên|vào)(?: được| kịp| luôn| họp| nhé|$)"
    ),
    (
        "(?:sau|hơn|quá|tận|độ|tầm|khoảng|gần) (?:# giờ|# rưỡi|tám giờ|chín giờ|bảy giờ|# giờ rưỡi|# giờ #) "
        "_mới(?: (?:<GO>|về))?"
    ),
    "(?:#|tám|chín) (?:giờ|rưỡi) (?:# |rưỡi )?(?:<I> )?mới|mới (?:đến|ra|tới|sang|có mặt|vào|qua) (?:được|kịp|họp)",
    "(?:đến|tới|ra) không (?:kịp|đúng) giờ|(?:không|chưa) (?:<VERB>)? ?(?:kịp|đúng) (?:giờ|lúc|từ đầu)(?: được)?",
)
# A guess ("chắc không đi được"), which is worth asking about at once.
LEANING = (
    (
        "(?:chắc|chắc là|khéo|khéo mà|có khi|có lẽ|hình như|=dễ|có thể|không khéo|ngộ nhỡ|=lỡ|=nhỡ|=sợ là|=sợ|"
        "hên xui|may ra|biết đâu) (?!chắn)(?:là |tôi |sẽ |phải |đành |lại )*(?:<NEG>|<GO>|vắng|nghỉ|bận|được|có|"
        "về|thôi|kẹt|phải)(?: <GO>| <VERB>)?(?: được| họp)*"
    ),
)
UNSURE = (
    (
        "(?:chưa|không|chẳng) (?:dám )?(?:biết|chắc|rõ|khẳng định|hẹn|quyết|dám|nói trước|xác định|tính|hứa|đoán|"
        "thể nói)(?: chắc| trước| được| là| chắc chắn)*(?: _(?:<GO>|vắng|kịp)(?: họp)?(?: được)?(?: không|"
        " hay không)?)?"
    ),
    "phân vân|lưỡng lự|hên xui|tùy|phụ thuộc|tính sau|(?:báo|trả lời|nhắn|hẹn) (?:lại )?sau",
    "mai (?:tôi |mới |em )*(?:báo|trả lời)|từ từ|50 50|năm ăn năm thua|^có thể$|khó nói|mới (?:biết|rõ|hay)",
    "(?:phải|chờ|còn) hỏi|hỏi _(?:đã|xem)|(?:chưa|không) trả lời (?:được|ngay)",
    "(?:để|cho) (?:<I> |tối |mai |chiều |sáng )*(?:xem|coi|hỏi|tính|nghĩ)",
    "(?:xem|coi) (?:đã|sao|thế nào|tình hình|có|xong|con|thời tiết)",
    "(?:còn|đang) (?:phải )?(?:xem|chờ|đợi|tính|đang)|=chờ (?:xem|kết quả|con|công ty|vợ|chồng|lịch)|=nếu",
    "nếu _(?:thì|mới|kịp|mưa|không)|(?:sẽ |đang |để )?cố gắng (?:thu xếp|sắp xếp|bố trí|xem)?",
    "(?:đang|sẽ|để) (?:thu xếp|sắp xếp|bố trí)(?! được)|(?:báo|trả lời) (?:lại|chắc)",
    "(?:ngại|lười|=chán) _(?:<GO>)(?: họp)?|chưa (?:thu xếp|sắp xếp|bố trí|xếp) (?:được|xong)",
)
ABSENT = (
    (
        "(?:xin|cho|báo|đành|phải|cũng|sẽ|lại|là|nên|nhưng|buổi này|hôm ấy|hôm đó|tối đó|tối ấy) _(?:vắng|nghỉ|"
        "kiếu|khất|khiếu|cáo lỗi)(?! hưu| làm| ca)(?: mặt| họp| có lý do)*"
    ),
    (
        "(?:<NEG>|đâu|khỏi) (?:có |thể |còn |thấy |sao |tiện |mà |lòng |nào |phải |được |muốn |dám |cho |cần |"
        "kịp )*(?:<VERB>)(?: được| nổi| họp)*(?: đâu)?(?! chậm| muộn)"
    ),
    "(?:<VERB>) (?:họp |dự |về )?(?:[^ ]+ )?(?:không|chẳng|chả) (?:được|nổi|kịp|xong|tiện|tới|thành)",
    "(?:không|chẳng|chả) (?:được|kịp|nổi|tiện) ?(?:rồi|đâu|nhé|ạ|a|mất|lắm)?$|=vắng",
    "vắng (?:mặt|họp|buổi|có lý do|vì|do)|=nghỉ (?:họp|buổi|một|hôm|bữa|tối|thứ|nhé|#)|nghỉ họp|nghỉ buổi|^nghỉ$",
    "(?:<I>|thôi) nghỉ$|nghỉ một buổi|(?:đành )?chịu (?:thôi|rồi|không|chết)|bó tay",
    "hẹn (?:mọi người |các bác |chi bộ )?(?:lần|buổi|dịp|kỳ|tháng) (?:sau|khác)",
    "(?:<VERB>) (?:được |nổi )?(?:đâu|sao được|thế nào được|làm sao được|sao nổi)|đi đâu được|từ chối|xin thôi",
    "miễn cho",
)
# Going somewhere else, from which no "đi" or "dự" may be taken.
ELSEWHERE = (
    (
        "(?:đi |có |phải |đang |lại )*họp (?:ở|trên|dưới|huyện|xã|tỉnh|phụ huynh|lớp|bên|công ty|cơ quan|"
        "hội đồng|họ)(?! nhà văn hóa| thôn| xóm| bản| chi bộ)"
    ),
    (
        "(?:đi |đến |có mặt |tham gia |tham dự |dự |ra |sang |lên )+(?:ở |tại )?(?:đám|ăn|cưới|=cưới|hội nghị|"
        "lớp|tập huấn|giỗ|tiệc|lễ|làm|viện|bệnh viện|khám|chợ|học|xa|chơi|công|nương|rẫy|rừng|đồng(?! chí)|trực|"
        "gặt|cấy|thăm|đón|đưa|thi|hà|thành|nước|du lịch|huyện|tỉnh|xã|=nhà(?! văn)|nha (?:con|ông|bà|ngoại|nội))(?= |$)"
    ),
    "(?:<I> )?đi rồi|có _họp khác",
    "(?:đi|ra|lên|xuống|vào|về|sang) _(?:mới|chưa|không) về",
)
PRESENT = (
    (
        "(?:có|sẽ|vẫn|cũng|cứ|nhất định|chắc chắn|đương nhiên|tất nhiên|quyết|luôn|thế nào|kiểu gì|nhất quyết) "
        "(?:<I> )?(?:sẽ |có |vẫn |cố |cũng |phải |tới |cố gắng )*(?:(?:<GO>)<END>|về(?=$| họp| dự| kịp| tham gia))"
    ),
    "(?:<I>) (?:thì |sẽ |cũng |xin )*(?:đi|dự|tham gia|tham dự|ra|=tới|đến)<END>",
    "(?:<I>) (?:thì |cũng )?có(?=$| (?:ạ|nhé|chứ|=mà|nha)(?: |$))",
    "(?:đi|dự|đến|=tới|ra|về|tham gia|có mặt|họp|lên|sang) (?:họp |dự )?được",
    (
        "(?:đi|dự|tham gia|tham dự|đến|tới|ra|sang) (?:họp|buổi họp|sinh hoạt|cuộc họp|đầy đủ|đúng giờ|đủ|từ sớm|"
        "nhà văn hóa|luôn|đúng)"
    ),
    "có mặt|(?:đăng ký|ghi|báo|chọn|tính) _(?:có mặt|dự|đi|tham gia|đủ|số 1)|cứ ghi (?:tên|tôi)|chốt _đi|=rảnh",
    "(?:em|tôi|bác|cháu|anh|tối đó|hôm đó|hôm ấy) rảnh|(?:thu xếp|sắp xếp|bố trí|xếp) (?:được|xong|ổn)|hẹn gặp",
    "sẵn sàng|(?:đến|ra|tới|sang|đi) trước # (?:phút|tiếng)|họp (?:luôn|bình thường)|không bỏ|đủ mặt|xin dự|đi chứ",
    "đi liền|đi ngay",
)

# A whole clause, polite words aside, that is yes or no; it answers only the question put last.
_YES = (
    "có|=vâng|=dạ|da|ừ|ok|đồng ý|nhất trí|thống nhất|được|chắc chắn|nhất định|tất nhiên|đương nhiên|đúng|chốt|đi|dự|"
    "họp|tham gia|tham dự|đến|=tới"
)
YES = f"^(?:{_YES})(?: (?:{_YES}))*$|^(?:có|=vâng|ừ|ok|được|đồng ý|nhất trí) rồi$"
NO = "^(?:không|chả|chẳng|không được|chịu)$"
# Without marks these are two words each: vâng and vắng, bận and bạn.
UNCLEAR = "^(?:=vang|=ban)(?: =vang)*(?: rồi)?$"
# The question's own words given back: "đi không đi", "có mặt / vắng mặt".
BOTH = "^(?:<GO>|có) (?:hay |hoặc )?(?:không (?:<GO>|có)|vắng|vắng mặt)$|^có không$"
# Politeness, taken off before anything else is looked for.
MANNERS_BEFORE = "^(?:=dạ|thưa(?: <I>| đồng chí| bí thư)*)(?= )"
MANNERS_AFTER = "(?<=[^ ] )(?:(?:ạ|nhé|nha|hỉ|<TITLE> ơi|<I> ơi) ?)+(?= [?]|$)"
ONLY_MANNERS = (
    "^(?:xin |rất )?(?:cảm ơn|cám ơn)(?: <I>| nhiều| nhiều lắm)*$",
    "^(?:xin |kính )?(?:báo cáo|thưa|chào|kính báo)(?: <TITLE>| <I>)*$",
)
# Said around an answer without changing it.
FILLER = "ạ|a|à|ah|nhé|nha|hỉ|ơi|thôi|mà|luôn|thì|chứ|chớ|ad|vậy|thế|đấy|đó|nghe|này|dạ|với|để|xin|<I>"
# Whom an answer is spoken to.
TITLE = "<TITLE>"
