# 複数のメールで使う文面。です・ます調。

greeting = こんにちは。
greeting-name = { $name } 様

code-preview = コードは { $code } です。
code-valid = コードの有効期間は{ $duration }です。
code-care = コードをリクエストしたページでのみ入力し、ほかの人には決して教えないでください。当方からお尋ねすることはありません。
code-never = ほかの人には決して教えないでください。当方からお尋ねすることはありません。
code-note = { code-valid }{ code-care }
code-note-never = { code-valid }{ code-never }
code-page = 次のページで入力してください。

link-valid = リンクの有効期間は{ $duration }で、使えるのは1回限りです。
link-once = リンクを使えるのは1回限りです。
link-care = ほかの人と共有しないでください。
link-note = { link-valid }{ link-care }
link-note-once = { link-once }{ link-care }
link-copy = または、次のリンクをブラウザにコピーしてください。

client = ご利用のアプリケーション：{ $client }

footer-help = ご不明な点がございましたら、お気軽にお問い合わせください：{ $address }
footer-automatic = このメッセージは自動的に送信されています。
footer-automatic-brand = このメッセージは { $brand } から自動的に送信されています。

duration-minutes = { $count }分間
duration-hours = { $count }時間
duration-days = { $count }日間

datetime = { $year }年{ $month }月{ $day }日 { $hour }:{ $minute }（{ $zone }）

stub-subject = テストメッセージ
stub-body = このメッセージが読めれば、メールは届いています。
