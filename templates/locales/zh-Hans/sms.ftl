# 短信：验证码在最前面。

sms-recovery = { $code } 是您用于找回账号的验证码。
sms-recovery-brand = { $code } 是您用于找回 { $brand } 账号的验证码。
sms-verification = { $code } 是您的验证码。
sms-verification-brand = { $code } 是您的 { $brand } 验证码。
sms-login = { $code } 是您的登录验证码。
sms-login-brand = { $code } 是您的 { $brand } 登录验证码。
sms-registration = { $code } 是您的注册验证码。
sms-registration-brand = { $code } 是您的 { $brand } 注册验证码。
sms-valid = { $duration }内有效。
sms-care = 切勿告诉他人。
sms-note = { sms-valid }{ sms-care }

sms-brand = { $brand }：
sms-verifiable-address-changed = 您账号的一个地址已更改。如非您本人操作，请联系我们的客服。
sms-authenticator-key-added = 您的账号添加了新的登录密钥。如非您本人操作，请联系我们的客服。
