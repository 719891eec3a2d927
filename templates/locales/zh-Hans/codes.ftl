# 带有验证码或链接的邮件。

recovery-title = 找回您的账号
recovery-code-subject = 用于找回账号的验证码
recovery-code-subject-code = 验证码 { $code }，用于找回您的账号
recovery-code-preview = 输入后即可重新进入您的账号。
recovery-code-intro = 请使用此验证码重新进入您的账号：
recovery-code-not-you = 不是您本人申请的？那么您无需任何操作：没有验证码，谁也无法登录，您的账号不会有任何变化。
recovery-link-preview = 打开链接即可重新进入您的账号。
recovery-link-intro = 请使用此链接重新进入您的账号：
recovery-link-not-you = 不是您本人申请的？那么您无需任何操作：没有链接，谁也无法登录，您的账号不会有任何变化。
recovery-button = 找回账号

verification-title = 确认您的邮箱地址
verification-code-subject = 用于确认邮箱地址的验证码
verification-code-subject-code = 验证码 { $code }，用于确认您的邮箱地址
verification-code-preview = 输入后即可确认您的邮箱地址。
verification-code-intro = 请使用此验证码，确认该地址属于您的账号：
verification-code-page = 也可以打开此页面，验证码已自动填好：
verification-link-subject = 请确认您的邮箱地址
verification-link-preview = 打开链接以确认您的邮箱地址。
verification-link-intro = 请确认该地址属于您的账号：
verification-button = 确认我的地址
verification-not-you = 不是您本人申请的？那么您无需任何操作：您的邮箱地址不会被确认。

login-code-subject = 您的登录验证码
login-code-subject-code = 验证码 { $code }，用于登录
login-code-preview = 输入后即可登录。
login-code-intro = 请使用此验证码登录您的账号：
login-code-not-you = 您并未尝试登录？那么您无需任何操作：没有验证码，谁也无法登录。

registration-title = 完成注册
registration-code-subject = 用于完成注册的验证码
registration-code-subject-code = 验证码 { $code }，用于完成注册
registration-code-preview = 输入后即可完成注册。
registration-code-intro = 欢迎！只差一步：请输入此验证码完成注册。
registration-code-not-you = 您并未申请注册？那么您无需任何操作：没有验证码，就不会用您的地址创建账号。

admin-recovery-intro = 我们受托帮助您重新进入账号。请使用此验证码登录并设置新密码：
admin-recovery-not-you = 您对此并不知情？那么请不要使用此验证码，并告知您的管理员。
admin-recovery-not-you-address = 您对此并不知情？那么请不要使用此验证码，并告诉我们：{ $address }

invite-title = 设置您的账号
invite-subject = 用于设置账号的验证码
invite-subject-code = 验证码 { $code }，用于设置您的账号
invite-preview = 输入后即可设置密码。
invite-intro = 已为您准备好一个账号。请使用此验证码设置密码：
invite-intro-brand = 您的 { $brand } 账号已准备好。请使用此验证码设置密码：
invite-button = 设置我的账号
invite-not-you = 不知道这是怎么回事？那么您无需任何操作；邀请您的人可以为您说明。
invite-not-you-address = 不知道这是怎么回事？那么您无需任何操作；我们很乐意为您说明：{ $address }
