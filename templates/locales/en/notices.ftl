# Mails that tell of something. Below the text of a security notice stand its details, one a line.

notice-preview = If this was you, you don't need to do anything.
notice-you = Was this you? You don't need to do anything.
notice-not-you = Not you? Someone else may have access to your account. Please change your password now and contact our support.
# $address: the mail address of the support
notice-not-you-address = Not you? Someone else may have access to your account. Please change your password now and write to { $address }.
notice-not-you-link = Not you? Someone else may have access to your account. Please secure it now:
notice-button = Secure my account
# $time: as datetime writes it; $place: a town or a network address; $address: a masked one
notice-time = When: { $time }
notice-device = Device: { $device }
notice-place = Where: { $place }
notice-method = Method: { $method }
notice-address = New address: { $address }

verifiable-address-changed-subject = A verifiable address on your account was changed
verifiable-address-changed-body = An email address or phone number of your account was changed.

authenticator-key-added-subject = A new sign-in method was added to your account
authenticator-key-added-body = A new key for signing in, such as a passkey or a security key, was added to your account. Whoever holds it can sign in.

password-changed-subject = Your password was changed
password-changed-body = The password of your account was changed.

recovery-used-subject = Your account was recovered
recovery-used-body = Someone got back into your account with a code or link from an email or text message.

new-login-subject = New sign-in to your account
new-login-body = Someone signed in to your account from a device that we have not seen before.

login-method-added-subject = A new way to sign in was added
login-method-added-body = A new way to sign in was added to your account.

login-method-removed-subject = A way to sign in was removed
login-method-removed-body = A way to sign in was removed from your account.

two-factor-enabled-subject = Two-step sign-in was turned on
two-factor-enabled-body = From now on, signing in to your account takes a second step. That makes it much safer.

two-factor-disabled-subject = Two-step sign-in was turned off
two-factor-disabled-body = The second step at sign-in was turned off for your account. From now on, one step is enough to get in.

address-changed-subject = The address on your account was changed
address-changed-body = The email address or phone number of your account was changed.

welcome-subject = Welcome!
welcome-subject-brand = Welcome to { $brand }!
welcome-title = Welcome!
welcome-preview = Your account is ready.
welcome-body = Your account is ready, and you can sign in from now on. It is good to have you with us.
welcome-not-you = Didn't register? Someone may have mistyped their own address; you can ignore this message.

unknown-title = There is no account with this address
unknown-you = Was this you? You may have signed up with another address: please try that one.
unknown-not-you = Not you? You can simply ignore this message.

recovery-unknown-subject = Account access attempted
recovery-unknown-preview = Someone tried to recover access with your email address.
recovery-unknown-body = You, or someone else, asked to recover access to an account with this email address. There is no account with it, so nothing has changed.

verification-unknown-subject = Someone tried to verify this email address
verification-unknown-preview = Someone tried to confirm your email address.
verification-unknown-body = You, or someone else, asked to confirm this email address. There is no account with it, so nothing has changed.
