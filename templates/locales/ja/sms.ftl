# SMS：コードを先頭に。

sms-recovery = { $code } はアカウント回復用のコードです。
sms-recovery-brand = { $code } は { $brand } のアカウント回復用のコードです。
sms-verification = { $code } は確認用のコードです。
sms-verification-brand = { $code } は { $brand } の確認用のコードです。
sms-login = { $code } はログイン用のコードです。
sms-login-brand = { $code } は { $brand } のログイン用のコードです。
sms-registration = { $code } は登録用のコードです。
sms-registration-brand = { $code } は { $brand } の登録用のコードです。
sms-valid = { $duration }有効です。
sms-care = 誰にも教えないでください。
sms-note = { sms-valid }{ sms-care }

sms-brand = { $brand }：
sms-verifiable-address-changed = アカウントのアドレスが変更されました。お心当たりがない場合は、サポートまでご連絡ください。
sms-authenticator-key-added = アカウントに新しいログイン用のキーが追加されました。お心当たりがない場合は、サポートまでご連絡ください。
