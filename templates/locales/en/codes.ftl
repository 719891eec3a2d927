# Mails with a code or a link. A subject ending in -code shows the code, so that phones can fill it in.

recovery-title = Recover access to your account
recovery-code-subject = Your code to recover access to your account
recovery-code-subject-code = Use code { $code } to recover access to your account
recovery-code-preview = Enter it to get back into your account.
recovery-code-intro = Use this code to get back into your account:
recovery-code-not-you = Didn't ask for this? You don't need to do anything: without the code, nobody can get in, and your account stays as it is.
recovery-link-preview = Open the link to get back into your account.
recovery-link-intro = Use this link to get back into your account:
recovery-link-not-you = Didn't ask for this? You don't need to do anything: without the link, nobody can get in, and your account stays as it is.
recovery-button = Recover access

verification-title = Confirm your email address
verification-code-subject = Your code to verify your account
verification-code-subject-code = Use code { $code } to verify your account
verification-code-preview = Enter it to confirm your email address.
verification-code-intro = Use this code to confirm that this address belongs to your account:
verification-code-page = Or open this page, where the code is already filled in:
verification-link-subject = Please verify your email address
verification-link-preview = Open the link to confirm your email address.
verification-link-intro = Please confirm that this address belongs to your account:
verification-button = Confirm my address
verification-not-you = Didn't ask for this? You don't need to do anything: your address will not be confirmed.

login-code-subject = Your code to log in
login-code-subject-code = Use code { $code } to log in
login-code-preview = Enter it to log in.
login-code-intro = Use this code to log in to your account:
login-code-not-you = Not trying to log in? You don't need to do anything: without the code, nobody can get in.

registration-title = Complete your registration
registration-code-subject = Your code to complete your account registration
registration-code-subject-code = Use code { $code } to complete your account registration
registration-code-preview = Enter it to complete your registration.
registration-code-intro = Welcome! There is just one step left: enter this code to complete your registration.
registration-code-not-you = Didn't want to register? You don't need to do anything: without the code, no account is created with your address.

# An administrator or the support asked for the mail.
admin-recovery-intro = We were asked to help you back into your account. Use this code to get in and choose a new password:
admin-recovery-not-you = Didn't expect this? Do not use the code, and tell your administrator.
# $address: the mail address of the support
admin-recovery-not-you-address = Didn't expect this? Do not use the code, and tell us: { $address }

invite-title = Set up your account
invite-subject = Your code to set up your account
invite-subject-code = Use code { $code } to set up your account
invite-preview = Enter it to choose your password.
invite-intro = An account is ready for you. Use this code to choose your password:
invite-intro-brand = Your { $brand } account is ready. Use this code to choose your password:
invite-button = Set up my account
invite-not-you = Not sure what this is about? You don't need to do anything; whoever invited you can explain.
invite-not-you-address = Not sure what this is about? You don't need to do anything; we are happy to explain: { $address }
