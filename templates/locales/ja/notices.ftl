# お知らせのメール。

notice-preview = ご本人による操作であれば、対応は必要ありません。
notice-you = ご本人による操作であれば、対応は必要ありません。
notice-not-you = お心当たりがない場合は、第三者がアカウントにアクセスしている可能性があります。すぐにパスワードを変更し、サポートまでご連絡ください。
notice-not-you-address = お心当たりがない場合は、第三者がアカウントにアクセスしている可能性があります。すぐにパスワードを変更し、{ $address } までご連絡ください。
notice-not-you-link = お心当たりがない場合は、第三者がアカウントにアクセスしている可能性があります。すぐに次のページでアカウントを保護してください。
notice-button = アカウントを保護する
notice-time = 日時：{ $time }
notice-device = デバイス：{ $device }
notice-place = 場所：{ $place }
notice-method = 方法：{ $method }
notice-address = 新しいアドレス：{ $address }

verifiable-address-changed-subject = アカウントのアドレスが変更されました
verifiable-address-changed-body = アカウントのメールアドレスまたは電話番号が変更されました。

authenticator-key-added-subject = アカウントに新しいログイン用のキーが追加されました
authenticator-key-added-body = アカウントに、パスキーやセキュリティキーなど、新しいログイン用のキーが追加されました。このキーを持つ人は誰でもログインできます。

password-changed-subject = パスワードが変更されました
password-changed-body = アカウントのパスワードが変更されました。

recovery-used-subject = アカウントへのアクセスが回復されました
recovery-used-body = メールまたは SMS のコードかリンクを使って、アカウントへのアクセスが回復されました。

new-login-subject = アカウントへの新しいログイン
new-login-body = これまでに使われたことのないデバイスから、アカウントへのログインがありました。

login-method-added-subject = 新しいログイン方法が追加されました
login-method-added-body = アカウントに新しいログイン方法が追加されました。

login-method-removed-subject = ログイン方法が削除されました
login-method-removed-body = アカウントからログイン方法が1つ削除されました。

two-factor-enabled-subject = 2段階認証がオンになりました
two-factor-enabled-body = 今後、アカウントへのログインには2段階目の認証が必要です。安全性が大きく高まります。

two-factor-disabled-subject = 2段階認証がオフになりました
two-factor-disabled-body = アカウントへのログイン時の2段階目の認証がオフになりました。今後は1段階だけでログインできます。

address-changed-subject = アカウントのアドレスが変更されました
address-changed-body = アカウントのメールアドレスまたは電話番号が変更されました。

welcome-subject = ようこそ
welcome-subject-brand = { $brand } へようこそ
welcome-title = ようこそ
welcome-preview = アカウントの準備ができました。
welcome-body = アカウントの準備ができ、今からログインできます。ご登録いただき、ありがとうございます。
welcome-not-you = 登録にお心当たりがない場合は、どなたかがご自身のアドレスを打ち間違えた可能性があります。このメッセージは無視していただいてかまいません。

unknown-title = このアドレスのアカウントはありません
unknown-you = ご本人による操作であれば、別のアドレスで登録されているかもしれません。そのアドレスでお試しください。
unknown-not-you = お心当たりがない場合は、このメッセージは無視していただいてかまいません。

recovery-unknown-subject = アカウントへのアクセスの試み
recovery-unknown-preview = お客様のメールアドレスで、アカウントへのアクセスを回復しようとする操作がありました。
recovery-unknown-body = このメールアドレスで、アカウントへのアクセスを回復しようとする操作がありました。このアドレスのアカウントはないため、何も変わっていません。

verification-unknown-subject = このメールアドレスを確認しようとする操作がありました
verification-unknown-preview = お客様のメールアドレスを確認しようとする操作がありました。
verification-unknown-body = このメールアドレスを確認しようとする操作がありました。このアドレスのアカウントはないため、何も変わっていません。
