# 通知类邮件。

notice-preview = 如果是您本人操作，则无需任何处理。
notice-you = 如果是您本人操作，则无需任何处理。
notice-not-you = 如果不是您本人操作，则可能有他人可以访问您的账号。请立即更改密码，并联系我们的客服。
notice-not-you-address = 如果不是您本人操作，则可能有他人可以访问您的账号。请立即更改密码，并发送邮件至 { $address }。
notice-not-you-link = 如果不是您本人操作，则可能有他人可以访问您的账号。请立即保护您的账号：
notice-button = 保护我的账号
notice-time = 时间：{ $time }
notice-device = 设备：{ $device }
notice-place = 地点：{ $place }
notice-method = 方式：{ $method }
notice-address = 新地址：{ $address }

verifiable-address-changed-subject = 您账号的一个地址已更改
verifiable-address-changed-body = 您账号的一个邮箱地址或电话号码已更改。

authenticator-key-added-subject = 您的账号添加了新的登录密钥
authenticator-key-added-body = 您的账号添加了新的登录密钥，例如通行密钥或安全密钥。持有该密钥的人都可以登录。

password-changed-subject = 您的密码已更改
password-changed-body = 您账号的密码已更改。

recovery-used-subject = 您的账号已被找回
recovery-used-body = 有人使用邮件或短信中的验证码或链接，重新进入了您的账号。

new-login-subject = 您的账号有新的登录
new-login-body = 有人使用我们从未见过的设备登录了您的账号。

login-method-added-subject = 添加了新的登录方式
login-method-added-body = 您的账号添加了新的登录方式。

login-method-removed-subject = 移除了一种登录方式
login-method-removed-body = 您的账号移除了一种登录方式。

two-factor-enabled-subject = 两步验证已开启
two-factor-enabled-body = 从现在起，登录您的账号需要第二步验证，这会安全得多。

two-factor-disabled-subject = 两步验证已关闭
two-factor-disabled-body = 您账号登录时的第二步验证已关闭。从现在起，只需一步即可登录。

address-changed-subject = 您账号的地址已更改
address-changed-body = 您账号的邮箱地址或电话号码已更改。

welcome-subject = 欢迎！
welcome-subject-brand = 欢迎使用 { $brand }！
welcome-title = 欢迎！
welcome-preview = 您的账号已准备就绪。
welcome-body = 您的账号已准备就绪，现在即可登录。很高兴您加入我们。
welcome-not-you = 您并未注册？那么可能有人把自己的地址输错了，您可以忽略这封邮件。

unknown-title = 没有使用此地址的账号
unknown-you = 如果是您本人操作，您可能是用别的地址注册的，请用那个地址再试一次。
unknown-not-you = 如果不是您本人操作，忽略这封邮件即可。

recovery-unknown-subject = 有人尝试找回账号
recovery-unknown-preview = 有人尝试用您的邮箱地址找回账号。
recovery-unknown-body = 您或其他人申请用此邮箱地址找回账号。没有使用此地址的账号，因此没有任何变化。

verification-unknown-subject = 有人尝试确认此邮箱地址
verification-unknown-preview = 有人尝试确认您的邮箱地址。
verification-unknown-body = 您或其他人申请确认此邮箱地址。没有使用此地址的账号，因此没有任何变化。
