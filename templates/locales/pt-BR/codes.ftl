# Mensagens com um código ou um link.

recovery-title = Recupere o acesso à sua conta
recovery-code-subject = Seu código para recuperar o acesso à sua conta
recovery-code-subject-code = Use o código { $code } para recuperar o acesso à sua conta
recovery-code-preview = Digite-o para voltar à sua conta.
recovery-code-intro = Use este código para voltar à sua conta:
recovery-code-not-you = Não foi você que pediu? Então não precisa fazer nada: sem o código ninguém entra, e sua conta continua como está.
recovery-link-preview = Abra o link para voltar à sua conta.
recovery-link-intro = Use este link para voltar à sua conta:
recovery-link-not-you = Não foi você que pediu? Então não precisa fazer nada: sem o link ninguém entra, e sua conta continua como está.
recovery-button = Recuperar o acesso

verification-title = Confirme seu endereço de e-mail
verification-code-subject = Seu código para confirmar seu endereço
verification-code-subject-code = Use o código { $code } para confirmar seu endereço
verification-code-preview = Digite-o para confirmar seu endereço de e-mail.
verification-code-intro = Use este código para confirmar que este endereço pertence à sua conta:
verification-code-page = Ou abra esta página, onde o código já está preenchido:
verification-link-subject = Confirme seu endereço de e-mail
verification-link-preview = Abra o link para confirmar seu endereço de e-mail.
verification-link-intro = Por favor, confirme que este endereço pertence à sua conta:
verification-button = Confirmar meu endereço
verification-not-you = Não foi você que pediu? Então não precisa fazer nada: seu endereço não será confirmado.

login-code-subject = Seu código para entrar
login-code-subject-code = Use o código { $code } para entrar
login-code-preview = Digite-o para entrar.
login-code-intro = Use este código para entrar na sua conta:
login-code-not-you = Você não estava tentando entrar? Então não precisa fazer nada: sem o código ninguém entra.

registration-title = Conclua seu cadastro
registration-code-subject = Seu código para concluir o cadastro
registration-code-subject-code = Use o código { $code } para concluir o cadastro
registration-code-preview = Digite-o para concluir seu cadastro.
registration-code-intro = Boas-vindas! Falta só um passo: digite este código para concluir seu cadastro.
registration-code-not-you = Você não queria se cadastrar? Então não precisa fazer nada: sem o código, nenhuma conta será criada com seu endereço.

admin-recovery-intro = Pediram que ajudássemos você a voltar à sua conta. Use este código para entrar e escolher uma nova senha:
admin-recovery-not-you = Você não esperava por isto? Então não use o código e avise quem administra a sua conta.
admin-recovery-not-you-address = Você não esperava por isto? Então não use o código e nos avise: { $address }

invite-title = Configure sua conta
invite-subject = Seu código para configurar sua conta
invite-subject-code = Use o código { $code } para configurar sua conta
invite-preview = Digite-o para escolher sua senha.
invite-intro = Há uma conta pronta para você. Use este código para escolher sua senha:
invite-intro-brand = Sua conta { $brand } está pronta. Use este código para escolher sua senha:
invite-button = Configurar minha conta
invite-not-you = Não sabe do que se trata? Então não precisa fazer nada; quem convidou você pode explicar.
invite-not-you-address = Não sabe do que se trata? Então não precisa fazer nada; teremos prazer em explicar: { $address }
