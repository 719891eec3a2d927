# 多封邮件共用的文字。称呼用“您”。

greeting = 您好！
greeting-name = { $name }，您好！

code-preview = 您的验证码是 { $code }。
code-valid = 验证码在 { $duration }内有效。
code-care = 请仅在您申请验证码的页面上输入，切勿告诉任何人：我们绝不会向您索要。
code-never = 切勿告诉任何人：我们绝不会向您索要。
code-note = { code-valid }{ code-care }
code-note-never = { code-valid }{ code-never }
code-page = 请在此页面输入：

link-valid = 链接在 { $duration }内有效，且只能使用一次。
link-once = 链接只能使用一次。
link-care = 请勿与他人分享。
link-note = { link-valid }{ link-care }
link-note-once = { link-once }{ link-care }
link-copy = 或者将此链接复制到浏览器中打开：

client = 用于应用：{ $client }

footer-help = 有问题吗？我们很乐意为您提供帮助：{ $address }
footer-automatic = 这是一封自动发送的邮件。
footer-automatic-brand = 这是 { $brand } 自动发送的邮件。

# 后面接“内”
duration-minutes = { $count } 分钟
duration-hours = { $count } 小时
duration-days = { $count } 天

datetime = { $year }年{ $month }月{ $day }日 { $hour }:{ $minute }（{ $zone }）

stub-subject = 测试邮件
stub-body = 如果您能看到这段文字，说明邮件可以送达。
